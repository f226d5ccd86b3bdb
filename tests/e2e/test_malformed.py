"""What an agent may write into the log by itself: each has a named outcome, and the incident goes on."""

import pytest

from shared.domain.autonomy import Autonomy
from shared.domain.events import Event
from shared.domain.facts import Author
from shared.domain.incident import Status
from shared.domain.model import AgentName
from shared.domain.service import Measure
from tests.e2e.storefront import Street
from tests.e2e.test_incidents import cascade
from tests.forging import forge


def write(street: Street, type_: str, data: dict, author: Author = Author.PREDICTION) -> Event:
    """What an agent writes with its own key, past the product's code."""
    return forge(street.house.store(author), type_, data)


def ballot(street: Street, **change) -> dict:
    """The content of prediction's own ballot, changed."""
    [signed] = [one for one in street.incident().ballots if one.ballot.agent is AgentName.PREDICTION]
    shown = signed.plain()
    return {"signed": {**shown, "ballot": {**shown["ballot"], **change}}, "evidence": []}


FACT = {"kind": "symptom", "service": "web", "statement": "x", "observed_at": "2026-01-01T00:00:00Z"}

LARGE = {**FACT, "data": {"x": "y" * 300_000}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"confidence": 1010}, "confidence"),
        ({"confidence": -1}, "confidence"),
        ({"confidence": "NaN"}, "confidence"),
        ({"agent": "nobody"}, "agent"),
        ({"evidence": ["x" * 32] * 21}, "evidence"),
        ({"reasoning": "x" * 300_000}, "reasoning"),
        ({"agent": "diagnosis"}, "cast a ballot of diagnosis"),
    ],
)
def test_a_ballot_that_is_none_is_named_ignored_and_costs_its_agent_the_vote(change, said):
    street = cascade(autonomy=Autonomy.ADVISE)
    before = street.incident()
    event = write(street, "BallotCast", ballot(street, **change))
    street.alarm("queue", Measure.TRAFFIC, key="wake")
    [events] = street.house.logs.events.values()
    [rejected] = [one.fact for one in events if one.type == "AuthorRejected"]
    assert rejected.event_id == event.event_id
    assert said in rejected.reason
    assert AgentName.PREDICTION in street.incident().quarantined
    assert street.incident().ballots == before.ballots


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("Nonsense", {}),
        ("FindingsSubmitted", {"attempt": 1, "findings": {}}),
        ("FindingsSubmitted", {"attempt": 1, "findings": {"agent": "prediction", "evidence": [LARGE]}}),
        ("ApprovalGranted", {"proposal": "x"}),
        ("ActionAuthorised", {"proposal": {}, "autonomy": "L3", "reasons": []}),
    ],
)  # fmt: skip
def test_whatever_else_it_writes_is_named_and_the_incident_still_reads(type_, data):
    street = cascade()
    write(street, type_, data)
    street.alarm("queue", Measure.TRAFFIC, key="wake")
    assert "AuthorRejected" in street.types()
    assert street.incident().status is Status.RESOLVED


def test_a_clock_an_hour_behind_does_not_stop_a_vote():
    street = Street()
    street.wait(-3_600)
    street.patient.forget()
    street.wait(600)
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm()
    assert street.incident().status is Status.RESOLVED
