"""After the machine: an incident is people's until one of them ends it, and costs money while it is felt."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest

from shared.domain import facts
from shared.domain.consensus import DecisionKind
from shared.domain.events import Event, chain, head_of
from shared.domain.facts import Author
from shared.domain.facts.outcome import HumanOutcome, Result
from shared.domain.felt import Felt
from shared.domain.folding import fold
from shared.domain.impact import BusinessImpact
from shared.domain.incident import Incident, Status
from shared.domain.service import Tier
from shared.domain.signal import Signal, SignalKind
from tests.sample import NOON, opened

ESCALATED = facts.EscalatedToHuman(reason="no_quorum")
HANDED = facts.HandedToPeople(
    outcome="escalated", decision=DecisionKind.HUMAN, business_usd="100.00", incident_usd="0.01"
)
TAKEN = facts.TakenOver(by="ada")
ON_TO_BO = facts.HandedOn(to="bo", by="ada")
ON_TO_TEAM = facts.HandedOn(to="shop", team=True, by="ada")
RESOLVED = facts.ResolvedByPeople(by="bo", did="restarted the pool by hand", runbook="restart-service")
CLOSED = facts.IncidentClosed(
    outcome="resolved_by_people", decision=DecisionKind.HUMAN, business_usd="1", incident_usd="1"
)
REOPENED = facts.IncidentReopened(by="ada", reason="it is back")
WELL = facts.RecoverySeen(at=NOON + timedelta(minutes=4), statement="nothing is felt")
LEFT = (ESCALATED, HANDED)


def alarm(minute: float) -> facts.SignalCorrelated:
    at = NOON + timedelta(minutes=minute)
    signal = Signal(
        source="test", kind=SignalKind.ALARM, service="checkout", resource="r", at=at, key=str(at)
    )
    return facts.SignalCorrelated(signal=signal)


def writer(fact: facts.Fact) -> Author:
    """Somebody who may write it: of what an agent says, that agent."""
    match fact:
        case facts.FindingsSubmitted(findings=findings):
            return Author(findings.agent.value)
        case facts.BallotCast(signed=signed):
            return Author(signed.ballot.agent.value)
    return min(fact.authors)


def folded(*told: facts.Fact) -> Incident:
    """The incident that these facts add up to, a minute after each other from noon on."""
    made: list[Event] = []
    ids, first = count(1), opened()
    for minute, fact in enumerate((first, *told)):
        made += chain(
            "INC-1",
            head_of(made),
            [fact],
            author=writer(fact),
            now=NOON + timedelta(minutes=minute),
            new_id=lambda: f"e-{next(ids)}",
            mac=lambda _digest: "",
        )
    return fold(made)


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def test_what_the_machine_leaves_is_open_and_nobodys() -> None:
    state = folded(*LEFT)
    assert (state.status, state.is_open, state.with_people, state.owner) == ("escalated", True, True, "")
    assert state.unanswered
    assert state.closed is None


def test_a_log_of_before_says_the_same_by_its_close() -> None:
    old = facts.IncidentClosed(
        outcome="rolled_back", decision=DecisionKind.QUORUM, business_usd="7", incident_usd="1"
    )
    state = folded(facts.RolledBack(restored=True), ESCALATED, old)
    assert (state.status, state.is_open, state.with_people) == (Status.ROLLED_BACK, True, True)
    assert state.handed is not None
    assert state.handed.business_usd == "7"
    helped = HumanOutcome(did="other", result=Result.HELPED, by="ada")
    ended = folded(facts.RolledBack(restored=True), ESCALATED, old, helped)
    assert (ended.status, ended.is_open) == (Status.CLOSED, False)
    harmed = helped.model_copy(update={"result": Result.HARMED})
    assert folded(facts.RolledBack(restored=True), ESCALATED, old, harmed).is_open


@pytest.mark.parametrize("outcome", ["resolved", "observed"])
def test_what_the_machine_ended_itself_is_over(outcome: str) -> None:
    closed = facts.IncidentClosed(
        outcome=outcome, decision=DecisionKind.QUORUM, business_usd="7", incident_usd="1"
    )
    state = folded(closed)
    assert (state.is_open, state.with_people, state.is_felt) == (False, False, False)


@pytest.mark.parametrize(
    ("told", "owner", "team", "status", "unanswered"),
    [
        ((*LEFT, TAKEN), "ada", "", "owned", False),
        ((TAKEN, *LEFT), "ada", "", "owned", False),
        ((*LEFT, TAKEN, facts.TakenOver(by="bo")), "ada", "", "owned", False),
        ((*LEFT, TAKEN, ON_TO_BO), "bo", "", "owned", True),
        ((*LEFT, TAKEN, ON_TO_BO, facts.TakenOver(by="bo")), "bo", "", "owned", False),
        ((*LEFT, TAKEN, ON_TO_TEAM), "", "shop", "escalated", True),
        ((*LEFT, TAKEN, ON_TO_TEAM, facts.TakenOver(by="bo")), "bo", "", "owned", False),
        ((*LEFT, TAKEN, RESOLVED), "ada", "", "resolved", False),
        ((*LEFT, TAKEN, RESOLVED, CLOSED), "ada", "", "closed", False),
        ((*LEFT, TAKEN, RESOLVED, CLOSED, REOPENED), "", "", "escalated", True),
        ((*LEFT, TAKEN, RESOLVED, CLOSED, REOPENED, TAKEN), "ada", "", "owned", False),
    ],
)
def test_who_has_it(
    told: tuple[facts.Fact, ...], owner: str, team: str, status: str, unanswered: bool
) -> None:
    state = folded(*told)
    assert (state.owner, state.team, state.status, state.unanswered) == (owner, team, status, unanswered)


def test_while_the_machine_is_at_it_who_took_it_has_it_and_its_status_is_the_machines() -> None:
    asked = facts.InvestigationStarted(attempt=1, execution="run-1")
    state = folded(asked, TAKEN)
    assert (state.status, state.owner, state.with_people, state.in_human_hands) == (
        "investigating",
        "ada",
        False,
        True,
    )


def test_an_acknowledgement_that_timed_out_is_none_unless_somebody_has_the_incident() -> None:
    seen = facts.Acknowledged(by="pagerduty:P1", through="pagerduty")
    gone = facts.AcknowledgementExpired(through="pagerduty")
    assert not folded(*LEFT, seen).unanswered
    again = folded(*LEFT, seen, gone)
    assert again.unanswered
    assert again.asked_at == at(4)
    assert not folded(*LEFT, TAKEN, gone).unanswered


def test_a_reopened_incident_starts_no_machine_and_forgets_its_end() -> None:
    state = folded(*LEFT, TAKEN, RESOLVED, CLOSED, REOPENED)
    assert state.in_human_hands
    assert (state.closed, state.closed_at, state.resolution, state.held) == (None, None, None, None)
    assert state.people is not None  # what they did was done all the same


def test_what_people_did_is_what_remedies_are_graded_by_only_if_they_named_one() -> None:
    said = folded(*LEFT, RESOLVED).people
    assert said is not None
    assert (said.did, said.result, said.by) == ("restart-service", Result.HELPED, "bo")
    assert folded(*LEFT, RESOLVED.model_copy(update={"runbook": ""})).people is None


def test_it_costs_while_it_is_felt_and_no_longer() -> None:
    began = opened().started_at
    assert folded(*LEFT).felt == (Felt(begins=began),)
    assert folded(*LEFT, TAKEN).is_felt
    assert folded(*LEFT, WELL, TAKEN).felt == (
        Felt(begins=began, ends=at(3)),
    )  # never later than it was said
    assert folded(*LEFT, TAKEN, TAKEN, WELL).felt == (Felt(begins=began, ends=at(4)),)
    again = folded(*LEFT, TAKEN, WELL, alarm(9.5))
    assert again.felt == (Felt(begins=began, ends=at(4)), Felt(begins=at(9.5)))
    assert folded(*LEFT, TAKEN, WELL, alarm(2)).felt[-1].ends == at(4)  # announced late, of before
    assert folded(*LEFT, RESOLVED, CLOSED).felt == (Felt(begins=began, ends=at(3)),)
    earlier = RESOLVED.model_copy(update={"over_at": at(1.5)})
    assert folded(*LEFT, earlier, CLOSED).felt == (Felt(begins=began, ends=at(1.5)),)
    assert folded(*LEFT, RESOLVED, CLOSED, REOPENED).felt[-1] == Felt(begins=at(5))


def test_an_alarm_while_the_machine_is_at_it_is_the_echo_of_what_it_mends() -> None:
    verified = facts.RemedyVerified(statement="well")
    assert not folded(verified, alarm(1.5)).is_felt
    assert folded(verified, facts.RegressionDetected(statement="back")).felt == (
        Felt(begins=opened().started_at),
    )


def test_money_is_of_the_stretches_and_the_users_charge_is_taken_once() -> None:
    impact = BusinessImpact(service_tier=Tier.IMPORTANT, cost_per_minute=Decimal(1_000), affected_users=1_500)
    night = datetime.fromisoformat("2026-03-07T02:00:00+00:00")  # a Saturday: the plain rate
    two = (
        Felt(begins=night, ends=night + timedelta(minutes=3)),
        Felt(begins=night + timedelta(minutes=30)),
    )
    assert impact.cost_of(two, night + timedelta(minutes=32)) == Decimal("6500.00")
    assert impact.cost_of(two, night + timedelta(minutes=20)) == Decimal("4500.00")


def test_notes_are_kept_in_their_order_also_after_the_end() -> None:
    said = [facts.NoteAdded(by="ada", text=text) for text in ("it is the pool", "see the review")]
    state = folded(*LEFT, said[0], RESOLVED, CLOSED, said[1])
    assert [(one.by, one.text) for one in state.notes] == [
        ("ada", "it is the pool"),
        ("ada", "see the review"),
    ]
    assert state.status is Status.CLOSED
