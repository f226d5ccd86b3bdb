"""Repair appends what a genuine copy says, and nothing when a human must decide."""

import pytest

from shared.domain.audit_case import Case
from shared.domain.audit_reading import Judge
from shared.domain.audit_records import Item, Records, Stored
from shared.domain.errors import CommandRefused
from shared.domain.events import Event, fault_of, head_of
from shared.domain.facts import Author, LogRepaired
from shared.domain.repair import NOTHING, repaired, repairs
from tests.audit.logs import INCIDENT, NOW, WRITTEN, appended, item, kinds, records, swapped, verify, written

LOG = written(*WRITTEN)
GOOD = records(LOG)
THREE = LOG[2]
EVIL = THREE.model_copy(update={"data": {}})


def case(given: Records) -> Case:
    return Case(given, Judge(INCIDENT, verify), NOW)


def distrust(events: object) -> frozenset[str]:
    assert isinstance(events, (list, tuple))
    return frozenset(each.event_id for each in events if fault_of(each, verify))


def tampered(**items: Item | None) -> Records:
    return GOOD.model_copy(update={"items": swapped(GOOD.items, **items)})


def test_a_clean_log_needs_none() -> None:
    assert repairs(case(GOOD)) == ()


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (tampered(v3=item(EVIL)), "sha-256 "),
        (tampered(v3=None), NOTHING),
        (tampered(v3=Item(sort_key="EVENT#000000000003")), NOTHING),
    ],
)
def test_the_original_is_restored_by_a_fact_and_the_audit_says_so(given: Records, found: str) -> None:
    (fact,) = repairs(case(given))
    assert (fact.version, fact.original) == (3, THREE.plain())
    assert fact.found.startswith(found)
    mended = records((*LOG, *appended(head_of(LOG), fact, Author.OPERATOR, "e6")))
    mended = mended.model_copy(update={"items": (*given.items, mended.items[-1])})
    assert kinds(mended) == [("repaired", 3, THREE.event_id)]
    assert repairs(case(mended)) == ()


@pytest.mark.parametrize(
    "given",
    [
        tampered(v3=item(EVIL)).model_copy(
            update={"copies": (*GOOD.copies[:2], Stored(version=3, bodies=("{}",)), *GOOD.copies[3:])}
        ),
        tampered(v3=item(EVIL)).model_copy(update={"copies": ()}),
        GOOD.model_copy(update={"items": GOOD.items[:3], "head": head_of(LOG[:3])}),
        GOOD.model_copy(update={"head": None}),
    ],
    ids=["copies disagree", "no copy", "truncated", "no head"],
)
def test_a_human_decides_what_no_copy_can_settle(given: Records) -> None:
    with pytest.raises(CommandRefused, match=r"inc-1 version \d.*human must decide"):
        repairs(case(given))


def mended(original: Event, author: Author = Author.OPERATOR, version: int = 3) -> tuple[Event, ...]:
    fact = LogRepaired(version=version, original=original.plain(), found="x")
    return appended(head_of(LOG), fact, author, "e6")


@pytest.mark.parametrize(
    "read",
    [(*LOG[:2], EVIL, *LOG[3:]), (*LOG[:2], *LOG[3:]), (*LOG[:2], LOG[3], THREE, LOG[4])],
    ids=["edited", "deleted", "swapped"],
)
def test_the_log_reads_as_it_was_written(read: tuple[Event, ...]) -> None:
    repair = mended(THREE)
    assert repaired((*read, *repair), distrust) == (*LOG, *repair)


@pytest.mark.parametrize(
    "repair",
    [mended(EVIL), mended(THREE, Author.WORKFLOW), mended(THREE, version=2)],
    ids=["a forged original", "another author", "another place"],
)
def test_a_repair_that_proves_nothing_changes_nothing(repair: tuple[Event, ...]) -> None:
    read = (*LOG[:2], EVIL, *LOG[3:], *repair)
    assert repaired(read, distrust) == read
    assert repaired(LOG, distrust) == LOG
