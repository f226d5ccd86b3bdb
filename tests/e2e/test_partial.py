"""When time runs out an agent says what it has; while its breaker is open, what it said lately stands in."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console

from scripts.explain.page import page
from scripts.explain.trace import trace
from shared.agents.steps import CHANGES, COST, LOGS, METRICS
from shared.domain.commands import CACHED_FOR, reuse_findings
from shared.domain.consensus import DecisionKind
from shared.domain.errors import OutOfTime
from shared.domain.incident import Status
from shared.domain.model import VOTERS, AgentName
from shared.domain.service import Measure
from shared.ports.sources import Sources
from shared.views.story import story
from tests.e2e.storefront import Street
from tests.e2e.test_incidents import cascade
from tests.e2e.test_replay_agents import asked_again, different

pytestmark = pytest.mark.long


class Stuck:
    """A source that has not answered when the look has to end: time has passed until then."""

    def __init__(self, street: Street, until, real) -> None:
        self._street, self._until, self._real = street, until, real

    def __getattr__(self, name: str):
        return getattr(self._real, name)

    def _wait(self, what: str):
        self._street.clock.advance(max(self._until - self._street.clock.now(), timedelta()))
        raise OutOfTime(what)


class StuckLogs(Stuck):
    def logs(self, *_asked):
        self._wait("logs")


class StuckMetrics(Stuck):
    def series(self, *_asked):
        self._wait("metrics")


class StuckChanges(Stuck):
    def between(self, *_asked):
        self._wait("changes")


def slow(port: str, source: type[Stuck], **options) -> Street:
    """The cascade, with a source that keeps whoever asks it waiting until the end of the look."""

    def bounded(sources: Sources, until) -> Sources:
        return replace(sources, **{port: source(street, until, getattr(sources, port))})

    street = Street(bounded=bounded, **options)
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm()
    return street


def told(street: Street) -> str:
    [events] = street.house.logs.events.values()
    out = io.StringIO()
    Console(file=out, width=200).print(page(trace(events)))
    return out.getvalue() + "\n".join(text for said in story(events) for text, _ in said)


def test_slow_logs_leave_a_diagnosis_without_them_and_a_lower_confidence():
    incident = (street := slow("telemetry", StuckLogs)).incident()
    found = incident.findings[AgentName.DIAGNOSIS]
    assert found.left_out == (LOGS,)
    assert found.root_causes[0] == "database"
    assert found.confidence == 900 - COST
    assert [one.runbook for one in found.candidates] == ["restore-parameter"]
    [ballot] = [one.ballot for one in incident.ballots if one.ballot.agent is AgentName.DIAGNOSIS]
    assert ballot.approves
    assert ballot.confidence == 900 - COST
    assert ballot.reasoning.endswith("no time for the logs")
    assert incident.decision is DecisionKind.QUORUM
    assert incident.status is Status.RESOLVED
    assert "partial: no time for the logs" in told(street)
    assert "partial: there was no time for the logs" in told(street)


def test_a_partial_look_is_replayed_as_it_was():
    assert different(asked_again(slow("telemetry", StuckLogs))) == {}


def test_without_the_change_ledger_the_kind_of_cause_is_unknown_and_diagnosis_abstains():
    incident = slow("changes", StuckChanges).incident()
    found = incident.findings[AgentName.DIAGNOSIS]
    assert found.left_out[0] == CHANGES
    assert found.cause == "unknown"
    [ballot, *_] = [one.ballot for one in incident.ballots if one.ballot.agent is AgentName.DIAGNOSIS]
    assert ballot.choice is None
    assert "no time for the change ledger" in ballot.reasoning


def test_without_metrics_nobody_guesses_and_a_human_decides():
    incident = slow("telemetry", StuckMetrics).incident()
    assert {incident.findings[agent].left_out[:1] for agent in VOTERS} == {(METRICS,)}
    assert incident.findings[AgentName.DETECTION].evidence == incident.opened.symptoms
    assert [one for found in incident.findings.values() for one in found.candidates] == []
    assert incident.vote is None
    assert incident.decision is DecisionKind.HUMAN


def open_breaker(street: Street, *agents: AgentName) -> None:
    for agent in agents:
        for _ in range(5):
            street.house.standing.failed(agent)


def begun(silent=()) -> Street:
    street = Street(silent=silent)
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    return street


def test_while_detections_breaker_is_open_what_it_opened_the_incident_with_stands_in():
    street = begun(silent=[AgentName.DETECTION])
    open_breaker(street, AgentName.DETECTION)
    street.alarm()
    incident = street.incident()
    assert incident.findings[AgentName.DETECTION].evidence == incident.opened.symptoms
    assert incident.reused[AgentName.DETECTION].age_seconds == 0
    assert AgentName.DETECTION not in {one.ballot.agent for one in incident.ballots}
    assert AgentName.DETECTION in incident.tallied.tally.silent
    assert "cached: its breaker is open" in told(street)
    assert "stands in (cached)" in told(street)


def test_findings_that_stand_in_are_no_answer_to_the_breaker():
    street = begun(silent=[AgentName.DETECTION])
    open_breaker(street, AgentName.DETECTION)
    before = street.house.standing.breaker(AgentName.DETECTION)
    street.alarm()
    assert street.house.standing.breaker(AgentName.DETECTION) == before


def test_what_it_finds_in_time_replaces_what_stands_in():
    street = begun()
    open_breaker(street, AgentName.DETECTION)
    street.alarm()
    assert street.incident().reused == {}
    assert street.types().count("FindingsSubmitted") == len(VOTERS)


def test_an_agent_that_has_said_nothing_yet_is_missing():
    street = begun(silent=[AgentName.PREDICTION])
    open_breaker(street, AgentName.PREDICTION)
    street.alarm()
    incident = street.incident()
    assert AgentName.PREDICTION not in incident.findings
    assert incident.reused == {}
    assert incident.decision is DecisionKind.QUORUM


def test_with_two_breakers_open_a_human_decides():
    gone = (AgentName.DETECTION, AgentName.DIAGNOSIS)
    street = begun(silent=gone)
    open_breaker(street, *gone)
    street.alarm()
    incident = street.incident()
    assert incident.decision is DecisionKind.HUMAN
    assert street.patient.actions == []


@pytest.mark.parametrize(("seconds", "reused"), [(0, 1), (299, 1), (300, 1), (301, 0)])
def test_only_what_was_found_in_the_last_five_minutes_stands_in(seconds, reused):
    incident = cascade().incident()
    heard = incident.heard[AgentName.DIAGNOSIS]
    later = incident.model_copy(update={"findings": {}, "attempt": 2})
    facts = reuse_findings(later, AgentName.DIAGNOSIS, heard.at + timedelta(seconds=seconds))
    assert timedelta(seconds=300) == CACHED_FOR
    assert [one.age_seconds for one in facts] == [seconds] * reused
    assert reuse_findings(incident, AgentName.DIAGNOSIS, heard.at) == ()


def test_in_the_next_attempt_what_it_found_in_the_last_stands_in_and_its_ballot_does_not():
    def act(proposal):
        if street.patient.actions:  # this takes the first remedy back: after it comes the second attempt
            open_breaker(street, AgentName.DIAGNOSIS)
            living = [one for one in street.house._participants if one.voter.name is not AgentName.DIAGNOSIS]
            street.house._participants[:] = living
        return street.patient.act(proposal)

    street = Street(act=act)
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS)
    [events] = street.house.logs.events.values()
    facts = [one.fact for one in events if one.type == "FindingsReused"]
    reused = next(one for one in facts if one.agent is AgentName.DIAGNOSIS)
    assert reused.attempt == 2
    assert 0 < reused.age_seconds <= CACHED_FOR.total_seconds()
    assert events[reused.version - 1].type == "FindingsSubmitted"
    voted = {one.ballot.attempt for one in street.incident().ballots if one.ballot.agent is reused.agent}
    assert voted == {1}
    assert different(asked_again(street)) == {}
