"""The audit names what was done to a log, and nothing else."""

import pytest

from shared.domain.audit import examine
from shared.domain.audit_records import Item, Records, Stored
from shared.domain.events import Event, Head, head_of
from shared.domain.facts import Author, InvestigationStarted, LogRepaired
from tests.audit.logs import (
    INCIDENT,
    NOW,
    WRITTEN,
    anchor,
    appended,
    body,
    item,
    kept,
    kinds,
    mac,
    records,
    swapped,
    verify,
    written,
)

LOG = written(*WRITTEN)
GOOD = records(LOG)
ONE, TWO, THREE, FOUR, FIVE = LOG


def changed(**values: object) -> Records:
    return GOOD.model_copy(update=values)


def edited(event: Event, **values: object) -> Event:
    """With other content, and a hash that fits it: only the MAC cannot be made."""
    other = event.model_copy(update={"data": {"attempt": 9, "execution": "evil"}, **values})
    return other.model_copy(update={"hash": other.computed_hash()})


def with_item(version: int, given: Item | None) -> Records:
    return changed(items=swapped(GOOD.items, **{f"v{version}": given}))


def test_a_log_that_nobody_touched_is_clean_though_its_clock_runs_backwards() -> None:
    assert FIVE.occurred_at < ONE.occurred_at
    assert kinds(GOOD) == []


CASES: dict[str, tuple[Records, list[tuple[str, int, str]]]] = {
    "content edited": (
        with_item(3, item(THREE, text=body(THREE).replace('"one"', '"two"'))),
        [("edited", 3, THREE.event_id)],
    ),
    "edited and hashed anew": (
        with_item(3, item(THREE, text=body(edited(THREE)))),
        [("edited", 3, THREE.event_id)],
    ),
    "edited without a copy": (
        with_item(5, item(FIVE, text=body(FIVE).replace('"one"', '"two"'))).model_copy(
            update={"copies": GOOD.copies[:4], "anchors": GOOD.anchors[:1]}
        ),
        [("anchor-missing", 4, FOUR.event_id), ("edited", 5, FIVE.event_id)],
    ),
    "same content in other bytes": (
        with_item(3, item(THREE, text=body(THREE) + " ")),
        [("edited", 3, THREE.event_id)],
    ),
    "attribute edited": (
        with_item(3, item(THREE).model_copy(update={"attributes": {"type": "BallotCast"}})),
        [("edited", 3, THREE.event_id)],
    ),
    "deleted": (with_item(3, None), [("deleted", 3, THREE.event_id)]),
    "deleted everywhere": (
        with_item(3, None).model_copy(update={"copies": (*GOOD.copies[:2], *GOOD.copies[3:])}),
        [("deleted", 3, "")],
    ),
    "inserted past the head": (
        changed(items=(*GOOD.items, item(edited(FIVE, version=6, event_id="evil")))),
        [("inserted", 6, "evil")],
    ),
    "inserted under a key of no store": (
        changed(
            items=(
                *GOOD.items,
                Item(sort_key="EVENT#000000000003x", body=body(edited(THREE, event_id="evil"))),
            )
        ),
        [("inserted", 0, "evil")],
    ),
    "another incident's event": (
        with_item(3, item(written(*WRITTEN, incident="inc-2")[2])),
        [("inserted", 3, "inc-2-e3")],
    ),
    "two swapped": (
        changed(items=swapped(GOOD.items, v2=item(THREE, 2), v3=item(TWO, 3))),
        [("reordered", 2, THREE.event_id), ("reordered", 3, TWO.event_id)],
    ),
    "two swapped and renumbered": (
        changed(
            items=swapped(GOOD.items, v2=item(edited(THREE, version=2)), v3=item(edited(TWO, version=3)))
        ),
        [("reordered", 2, THREE.event_id), ("reordered", 3, TWO.event_id)],
    ),
    "tail cut and head rolled back": (
        changed(items=GOOD.items[:3], head=head_of(LOG[:3])),
        [("truncated", 4, FOUR.event_id), ("truncated", 5, FIVE.event_id)],
    ),
    "tail cut in both places": (
        changed(items=GOOD.items[:4], head=head_of(LOG[:4]), copies=GOOD.copies[:4]),
        [("truncated", 5, "")],
    ),
    "everything gone": (
        changed(items=(), head=None),
        [("truncated", event.version, event.event_id) for event in LOG],
    ),
    "a MAC of nobody": (
        changed(
            items=swapped(GOOD.items, v5=item(FIVE.model_copy(update={"author_mac": "x"}))),
            copies=(*GOOD.copies[:4], *kept((FIVE.model_copy(update={"author_mac": "x"}),))),
        ),
        [("bad-mac", 5, FIVE.event_id)],
    ),
    "head beyond": (changed(head=Head(version=10**12, hash="x")), [("head-beyond", 5, FIVE.event_id)]),
    "head behind": (changed(head=head_of(LOG[:3])), [("head-behind", 5, FIVE.event_id)]),
    "head's hash": (changed(head=Head(version=5, hash="x")), [("head-mismatch", 5, FIVE.event_id)]),
    "no head": (changed(head=None), [("head-missing", 5, FIVE.event_id)]),
    "no anchor": (changed(anchors=GOOD.anchors[:1]), [("anchor-missing", 5, FIVE.event_id)]),
    "anchor hidden": (
        changed(anchors=(GOOD.anchors[0], GOOD.anchors[1].model_copy(update={"hidden": True}))),
        [("anchor-missing", 5, FIVE.event_id)],
    ),
    "anchor forged": (
        changed(anchors=(*GOOD.anchors, anchor(THREE, hash="x"))),
        [("anchor-forged", 3, THREE.event_id)],
    ),
    "anchor unreadable": (
        changed(anchors=(*GOOD.anchors, Stored(version=3, bodies=("{",)))),
        [("anchor-forged", 3, THREE.event_id)],
    ),
    "copy gone": (changed(copies=GOOD.copies[1:]), [("copy-missing", 1, ONE.event_id)]),
    "copy hidden": (
        changed(copies=(GOOD.copies[0].model_copy(update={"hidden": True}), *GOOD.copies[1:])),
        [("copy-missing", 1, ONE.event_id)],
    ),
    "copy overwritten": (
        changed(copies=(GOOD.copies[0].model_copy(update={"bodies": (body(ONE), "{}")}), *GOOD.copies[1:])),
        [("copy-differs", 1, ONE.event_id)],
    ),
    "copy edited": (
        changed(copies=(Stored(version=1, bodies=(body(edited(ONE)),)), *GOOD.copies[1:])),
        [("copy-differs", 1, ONE.event_id)],
    ),
    "copies disagree, neither genuine": (
        with_item(3, item(edited(THREE))).model_copy(
            update={"copies": (*GOOD.copies[:2], Stored(version=3, bodies=("{}",)), *GOOD.copies[3:])}
        ),
        [("copies-disagree", 3, THREE.event_id)],
    ),
    "not an event": (
        with_item(3, Item(sort_key="EVENT#000000000003", body="[]")),
        [("unreadable", 3, THREE.event_id)],
    ),
    "no body": (with_item(3, Item(sort_key="EVENT#000000000003")), [("unreadable", 3, THREE.event_id)]),
}


@pytest.mark.parametrize("name", CASES)
def test_tampering_is_named_with_its_event(name: str) -> None:
    given, expected = CASES[name]
    assert kinds(given) == expected


def test_an_author_with_its_own_key_may_still_not_write_everything() -> None:
    said = InvestigationStarted(attempt=1, execution="one")
    log = (*LOG, *appended(head_of(LOG), said, Author.DIAGNOSIS, "e6"))
    assert kinds(records(log)) == [("wrong-author", 6, "e6")]


def test_one_who_holds_a_writers_key_is_betrayed_by_copy_or_anchor() -> None:
    evil = edited(FIVE)
    evil = evil.model_copy(update={"author_mac": mac(evil.recorded_by, evil.hash)})
    rewritten = with_item(5, item(evil)).model_copy(update={"head": head_of((evil,))})
    assert kinds(rewritten) == [("copies-disagree", 5, FIVE.event_id)]
    both = rewritten.model_copy(update={"copies": (*GOOD.copies[:4], *kept((evil,)))})
    assert kinds(both) == [("rewritten", 5, FIVE.event_id)]


def test_a_rewritten_past_breaks_the_chain() -> None:
    evil = edited(THREE)
    evil = evil.model_copy(update={"author_mac": mac(evil.recorded_by, evil.hash)})
    found = kinds(
        with_item(3, item(evil)).model_copy(update={"copies": (*GOOD.copies[:2], *GOOD.copies[3:])})
    )
    assert ("broken-chain", 4, FOUR.event_id) in found


def test_what_is_young_may_still_be_on_its_way_to_the_archive() -> None:
    young = changed(copies=(), anchors=())
    assert examine(young, verify, now=FIVE.occurred_at) == ()
    assert {each.kind.value for each in examine(young, verify, now=NOW)} == {"copy-missing", "anchor-missing"}


def test_a_repair_makes_an_edited_event_good_and_its_own_words_do_not_suffice() -> None:
    original = LogRepaired(version=3, original=THREE.plain(), found="sha-256 x")
    forged = LogRepaired(version=3, original=edited(THREE).plain(), found="sha-256 x")
    for said, expected in ((original, "repaired"), (forged, "edited")):
        log = (*LOG, *appended(head_of(LOG), said, Author.OPERATOR, "e6"))
        given = records(log)
        items = swapped(given.items, v3=item(edited(THREE)))
        assert kinds(given.model_copy(update={"items": items})) == [(expected, 3, THREE.event_id)]
    assert LOG[0].incident_id == INCIDENT
