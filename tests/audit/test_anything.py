"""Whatever stands in the table or the archive: a finding, never a crash."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.audit import examine
from shared.domain.audit_case import Case
from shared.domain.audit_reading import Judge
from shared.domain.audit_records import Item, Stored
from shared.domain.errors import CommandRefused
from shared.domain.events import Head
from shared.domain.repair import repairs
from tests.audit.logs import INCIDENT, NOW, WRITTEN, body, item, records, swapped, verify, written

LOG = written(*WRITTEN)
GOOD = records(LOG)
FIELDS = sorted(LOG[0].plain())
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["LogRepaired", "BallotCast", "operator", "inc-1", 10**400]),
    st.dictionaries(st.text(max_size=5), st.floats(), max_size=3),
    st.just({"version": 1, "original": {}, "found": "x"}),
)


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """An event with some fields changed, or any text at all."""
    plain = json.loads(body(draw(st.sampled_from(LOG))))
    for name in draw(st.lists(st.sampled_from(FIELDS), max_size=4)):
        plain[name] = draw(VALUES)
    return draw(st.one_of(st.just(json.dumps(plain)), st.text(max_size=50)))


ITEMS = st.builds(
    Item,
    sort_key=st.one_of(st.text(max_size=20), st.sampled_from([item(each).sort_key for each in LOG])),
    body=st.one_of(st.none(), bodies()),
    attributes=st.dictionaries(st.sampled_from(["type", "author"]), st.text(max_size=5), max_size=2),
)
STORED = st.builds(
    Stored,
    version=st.integers(1, 10**12),
    bodies=st.lists(bodies(), min_size=1, max_size=3).map(tuple),
    hidden=st.booleans(),
)
HEADS = st.one_of(st.none(), st.builds(Head, version=st.integers(), hash=st.text(max_size=10)))


@settings(max_examples=100, deadline=None)
@given(
    items=st.lists(ITEMS, max_size=4),
    copies=st.lists(STORED, max_size=3),
    anchors=st.lists(STORED, max_size=2),
    head=HEADS,
)
def test_an_audit_ends_with_findings_whatever_it_is_given(
    items: list[Item], copies: list[Stored], anchors: list[Stored], head: Head | None
) -> None:
    tampered = GOOD.model_copy(
        update={
            "items": (*GOOD.items, *items),
            "copies": (*GOOD.copies, *copies),
            "anchors": (*GOOD.anchors, *anchors),
            "head": head,
        }
    )
    assert isinstance(examine(tampered, verify, now=NOW), tuple)
    with contextlib.suppress(CommandRefused):
        repairs(Case(tampered, Judge(INCIDENT, verify), NOW))


def with_attempt(text: str) -> str:
    return body(LOG[2]).replace('"attempt":1', f'"attempt":{text}')


HOSTILE = {
    "no event": '{"data": NaN}',
    "deep": "[" * 100_000,
    "half a character": '"\\ud800"',
    "half a character inside": body(LOG[2]).replace('"one"', '"\\ud800"'),
    "a long number": with_attempt("1" * 5_000),
    "NaN": with_attempt("NaN"),
    "nested": with_attempt("[" * 400 + "]" * 400),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json_is_a_finding_at_its_place(name: str) -> None:
    tampered = GOOD.model_copy(update={"items": swapped(GOOD.items, v3=item(LOG[2], text=HOSTILE[name]))})
    found = examine(tampered, verify, now=NOW)
    assert [(each.kind.value, each.version, each.event_id) for each in found] in (
        [("unreadable", 3, LOG[2].event_id)],
        [("edited", 3, LOG[2].event_id)],
    )
