"""What incidents mean for the business is counted from the log as it is believed, when they begin and end."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner, MemoryVerifier
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.domain import facts
from shared.domain.events import Event, head_of
from shared.domain.facts import Author, Fact
from shared.workflow.reckoning import Reckoning
from shared.workflow.trust import Trust
from tests.sample import NOON, opened, scale_out

KEY = b"key"


@dataclass
class Log:
    """One incident's, and what the coordinator counts of it."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    logs: MemoryLogs = field(default_factory=MemoryLogs)

    def write(self, author: Author, *said: Fact, key: bytes = KEY) -> Event:
        store = MemoryEventStore(self.logs, author, MemorySigner(key), self.clock)
        return store.append("I1", head_of(store.read("I1")), said)[-1]

    def counted(self, event: Event) -> dict[str, float]:
        trust = Trust(MemoryVerifier(dict.fromkeys(Author, KEY)))
        store = MemoryEventStore(self.logs, Author.COORDINATOR, MemorySigner(KEY), self.clock)
        return {one.name: one.value for one in Reckoning(store, trust.distrust).of(event)}

    def resolved(self) -> Event:
        started = facts.ActionStarted(attempt=1, proposal=scale_out(), token="t", before={})
        self.write(Author.EXECUTOR, started)
        self.clock.advance(timedelta(seconds=95))
        self.write(Author.EXECUTOR, facts.RemedyVerified(attempt=1, statement="well again"))
        self.clock.advance(timedelta(minutes=5))
        return self.write(Author.WORKFLOW, closed("resolved"))


@pytest.fixture
def log() -> Log:
    made = Log()
    made.first = made.write(Author.DETECTION, opened(NOON))  # type: ignore[attr-defined]
    made.write(Author.WORKFLOW, facts.InvestigationStarted(attempt=1, execution="I1-1"))
    return made


def closed(outcome: str) -> facts.IncidentClosed:
    return facts.IncidentClosed(
        outcome=outcome, decision="quorum", business_usd="1666.67", incident_usd="0.0042"
    )


def test_an_incident_that_opens_is_counted(log: Log) -> None:
    assert log.counted(log.first) == {"Opened": 1}  # type: ignore[attr-defined]


def test_time_to_resolve_is_from_the_first_symptom_to_the_verified_remedy(log: Log) -> None:
    assert log.counted(log.resolved()) == {
        "Resolved": 1,
        "SecondsToResolve": 95,
        "BusinessUsd": 1666.67,
        "SpentUsd": 0.0042,
        "ActedAlone": 1,
    }


def test_what_a_person_approved_was_not_done_alone(log: Log) -> None:
    request = facts.ApprovalRequested(
        request="r", attempt=1, proposal=scale_out(), needed=1, role="on_call",
        expires_at=NOON + timedelta(1), preview=(), blast_radius=(), undo="", cost_per_minute="1",
    )  # fmt: skip
    log.write(Author.WORKFLOW, request)
    log.write(Author.OPERATOR, facts.ApprovalGranted(request="r", digest=scale_out().digest, by="ada"))
    assert log.counted(log.resolved())["ActedAlone"] == 0


def test_without_an_action_neither_time_nor_autonomy_is_said(log: Log) -> None:
    ended = log.write(Author.WORKFLOW, closed("observed"))
    assert log.counted(ended) == {"Observed": 1, "BusinessUsd": 1666.67, "SpentUsd": 0.0042}


@pytest.mark.parametrize(("outcome", "name"), [("escalated", "Escalated"), ("rolled_back", "RolledBack")])
def test_what_is_left_with_people_is_counted_then_and_its_money_at_their_end(
    log: Log, outcome: str, name: str
) -> None:
    handed = facts.HandedToPeople(**closed(outcome).plain())
    assert log.counted(log.write(Author.WORKFLOW, handed)) == {name: 1}
    assert log.counted(log.write(Author.OPERATOR, facts.ResolvedByPeople(by="ada", did="it"))) == {}
    ended = log.write(Author.COORDINATOR, closed("resolved_by_people"))
    assert log.counted(ended) == {"ResolvedByPeople": 1, "BusinessUsd": 1666.67, "SpentUsd": 0.0042}


def test_an_end_that_is_forged_counts_nothing(log: Log) -> None:
    assert log.counted(log.write(Author.WORKFLOW, closed("resolved"), key=b"stolen")) == {}
    assert log.counted(log.write(Author.DIAGNOSIS, closed("resolved"))) == {}


def test_what_lies_between_counts_nothing(log: Log) -> None:
    assert log.counted(log.write(Author.WORKFLOW, facts.EscalatedToHuman(reason="no quorum"))) == {}
