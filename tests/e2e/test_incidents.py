"""Whole incidents over the in-process house: from a signal to its end, and never twice."""

from datetime import timedelta

import pytest

from shared.domain.autonomy import Autonomy
from shared.domain.consensus import DecisionKind
from shared.domain.facts import Author, ConsensusReached
from shared.domain.incident import Status
from shared.domain.model import VOTERS, AgentName
from shared.domain.service import Measure
from shared.domain.signal import SignalKind
from shared.workflow.opening import Outcome
from tests.e2e.storefront import DATABASE, Street


def cascade(**options) -> Street:
    """Somebody lowers the database's connections; 12 s later web's latency alarm comes."""
    street = Street(**options)
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm()
    return street


def test_a_lowered_parameter_is_found_voted_on_put_back_and_watched():
    street = cascade()
    incident = street.incident()
    assert incident.status is Status.RESOLVED
    assert incident.opened.classification == "database_failure"
    assert incident.findings[AgentName.DIAGNOSIS].root_causes[0] == "database"
    assert incident.decision is DecisionKind.QUORUM
    [action] = street.patient.actions
    assert (action.runbook, action.parameters["Value"]) == ("restore-parameter", "200")
    assert incident.closed.outcome == "resolved"
    assert incident.notifications["memory"] == len(street.house.channel.messages) >= 4


def test_every_agent_votes_from_its_own_kind_of_evidence():
    incident = cascade().incident()
    facts = incident.evidence
    kinds = {
        one.ballot.agent: {facts[reference].kind.value for reference in one.ballot.evidence}
        for one in incident.ballots
    }
    assert kinds[AgentName.DETECTION] == {"symptom"}
    assert {"root_cause", "change"} <= kinds[AgentName.DIAGNOSIS]
    assert kinds[AgentName.PREDICTION] == {"forecast"}
    assert kinds[AgentName.RESOLUTION] == {"precondition"}


def test_a_remedy_that_harms_is_undone_and_handed_to_a_human():
    street = Street()
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS)
    incident = street.incident()
    assert incident.opened.classification == "resource_exhaustion"
    assert incident.status is Status.ROLLED_BACK
    assert incident.rolled_back.restored
    assert incident.escalation is not None
    assert [one.parameters["DesiredCount"] for one in street.patient.actions] == ["5", "3"]
    assert street.patient.resources.checkout_tasks == 3
    assert incident.handed.outcome == "rolled_back"


def test_after_that_further_alarms_join_it_and_nothing_is_tried_again():
    street = Street()
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS)
    street.wait(60)
    assert street.alarm("web", key="later") is Outcome.CORRELATED
    assert len(street.patient.actions) == 2


def test_once_people_have_cured_it_the_next_alarm_opens_a_new_incident():
    street = Street()
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS)
    street.patient.impose()
    street.wait(60)
    assert street.alarm(key="well", kind=SignalKind.RECOVERY) is Outcome.RELEASED
    street.patient.impose(contention=1.0)
    street.wait(12)
    assert street.alarm(key="again") is Outcome.OPENED
    assert len(street.house.incidents()) == 2


def test_busy_is_not_broken():
    street = Street()
    street.patient.impose(traffic=3.0)
    street.wait(30)
    assert street.alarm("web", Measure.TRAFFIC) is Outcome.DISMISSED
    assert street.house.incidents() == ()
    assert street.patient.actions == []


@pytest.mark.parametrize(
    ("level", "status"),
    [
        (Autonomy.OBSERVE, Status.OBSERVED),
        (Autonomy.ADVISE, Status.ESCALATED),
        (Autonomy.APPROVE, Status.ESCALATED),
    ],
)
def test_below_autonomous_nothing_is_executed(level, status):
    street = cascade(autonomy=level)
    incident = street.incident()
    assert street.patient.actions == []
    assert incident.status is status
    assert incident.certificate.proposal.runbook == "restore-parameter"
    if incident.escalation:
        assert incident.escalation.suggestion == incident.certificate.proposal


def test_without_diagnosis_a_safe_remedy_still_wins_by_degraded_quorum():
    street = cascade(silent=[AgentName.DIAGNOSIS])
    incident = street.incident()
    assert incident.decision is DecisionKind.DEGRADED_QUORUM
    assert incident.status is Status.RESOLVED
    assert len(street.patient.actions) == 1


@pytest.mark.parametrize("gone", [AgentName.DETECTION, AgentName.PREDICTION, AgentName.RESOLUTION])
def test_any_other_agent_may_be_lost(gone):
    incident = cascade(silent=[gone]).incident()
    assert incident.decision is DecisionKind.QUORUM
    assert incident.status is Status.RESOLVED


def test_two_agents_lost_is_a_human_with_a_suggestion():
    street = cascade(silent=[AgentName.DIAGNOSIS, AgentName.PREDICTION])
    incident = street.incident()
    assert incident.decision is DecisionKind.HUMAN
    assert incident.escalation.suggestion.target == DATABASE
    assert incident.escalation.deadlock_resolved
    assert street.patient.actions == []


def test_a_signal_delivered_again_changes_nothing_and_blocks_nothing():
    street = cascade()
    before = street.types()
    street.patient.set_connections(20)
    street.wait(12)
    assert street.house.hear(street.incident().signals[0]) is not Outcome.DISMISSED
    assert street.types() == before
    assert street.alarm(key="another") is Outcome.OPENED


def test_an_agent_that_forges_a_decision_is_named_and_ignored():
    street = cascade(autonomy=Autonomy.ADVISE)
    certificate = street.incident().certificate
    store = street.house.store(Author.PREDICTION)
    head = street.incident().head
    forged = ConsensusReached(certificate=certificate, aggregated_confidence=1000)
    store.append(street.incident().id, head, [forged])
    street.alarm("queue", Measure.TRAFFIC, key="wake")
    rejected = [one for one in street.types() if one == "AuthorRejected"]
    assert rejected == ["AuthorRejected"]


def test_an_agent_that_overstepped_is_quarantined_for_a_bounded_time():
    street = cascade(autonomy=Autonomy.ADVISE)
    first = street.incident()
    forged = ConsensusReached(certificate=first.certificate, aggregated_confidence=1000)
    street.house.store(Author.PREDICTION).append(first.id, first.head, [forged])
    street.alarm("queue", Measure.TRAFFIC, key="wake")
    assert AgentName.PREDICTION in street.incident().quarantined
    second = again(street)
    assert second.vote.quarantined == (AgentName.PREDICTION,)
    assert [one.agent for one in second.tallied.rejected] == [AgentName.PREDICTION]
    assert second.decision is DecisionKind.QUORUM
    street.patient.set_connections(200)
    street.wait(3_600)
    assert again(street).vote.quarantined == ()


def test_with_two_agents_in_quarantine_a_human_decides_at_once():
    street = cascade()
    until = street.clock.now() + timedelta(minutes=30)
    for agent in (AgentName.DETECTION, AgentName.RESOLUTION):
        street.house.standing.quarantine(agent, until, "test")
    second = again(street)
    assert "InsufficientTrustedAgents" in second.escalation.reason
    assert second.vote is None


def test_whoever_approved_what_was_done_learns_whether_it_was_right():
    street = cascade()
    history = {agent: street.house.standing.history(agent) for agent in VOTERS}
    assert {agent: one.outcome for agent, [one] in history.items()} == dict.fromkeys(VOTERS, True)


def again(street: Street):
    """People put it right, and it happens once more."""
    street.patient.set_connections(200)
    street.wait(30)
    street.alarm(key=f"well {street.clock.now()}", kind=SignalKind.RECOVERY)
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm(key=f"ill {street.clock.now()}")
    return street.house.incidents()[-1]
