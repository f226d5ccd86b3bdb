"""Liars of the vote: what is executed is what honest agents would have chosen, or nothing is."""

from datetime import timedelta

import pytest

from scripts.patient.topology import catalogue
from scripts.scenarios import get
from shared.agents.detection import assess
from shared.agents.voter import Verdict, Voter
from shared.composition.local import VOTERS
from shared.domain.events import Head
from shared.domain.evidence import OWN_KIND, Evidence, Findings
from shared.domain.facts import Author, BallotCast, VoteOpened
from shared.domain.model import AgentName
from shared.domain.runbook import Feasible, Subject
from shared.domain.service import Measure
from shared.domain.signal import Signal, SignalKind
from shared.ports.telemetry import LogLine
from shared.runbooks.catalogue import remedies
from shared.workflow.opening import incident_id
from tests.e2e.storefront import CHECKOUT, Street
from tests.e2e.test_scenarios import diagnosed, played

pytestmark = pytest.mark.long
OTHERS = (AgentName.DETECTION, AgentName.PREDICTION, AgentName.RESOLUTION)


def wanted(incident, sources, runbook, service):
    """The remedy as its runbook would have it on that service."""
    owner, remedy = catalogue().get(service), remedies()[runbook]
    target = owner.resources[remedy.runbook.resource]
    state = sources.resources.observe(remedy.runbook, target)
    found = remedy.prepare(Subject(owner, target, state, sources.clock.now()))
    return found.proposal if isinstance(found, Feasible) else None


def liar(name, *wants):
    """An agent that proposes these (runbook, service) and votes for the first, on made-up evidence."""

    def evidence(service, now):
        return Evidence(kind=OWN_KIND[name], service=service, statement="I saw it", observed_at=now)

    def proposed(incident, sources):
        found = (wanted(incident, sources, *one) for one in wants)
        return tuple(one for one in found if one is not None)

    def investigate(incident, sources):
        return Findings(
            agent=name,
            summary="I know",
            confidence=950,
            evidence=(evidence(wants[0][1], sources.clock.now()),),
            candidates=proposed(incident, sources)[:5],
            root_causes=(wants[0][1],),
            cause="memory_leak",
        )

    def judge(incident, candidates, sources):
        chosen = next((one for one in candidates if (one.runbook, one.service) == wants[0]), None)
        said = (evidence(wants[0][1], sources.clock.now()),)
        return Verdict(choice=chosen, confidence=950 if chosen else 0, reasoning="I know", evidence=said)

    return Voter(name=name, investigate=investigate, judge=judge)


def with_liars(*liars):
    """The agents, some of them replaced."""
    named = {one.name: one for one in liars}
    return tuple(named.get(one.name, one) for one in VOTERS)


def executed(street):
    return {(one.runbook, one.service) for one in street.patient.actions}


@pytest.mark.parametrize(
    ("scenario", "want"),
    [
        ("memory_leak", ("scale-out-service", "checkout")),
        ("remedy_backfires", ("restart-service", "checkout")),
        ("scale_out_starves_database", ("restart-service", "checkout")),
        ("restart_meets_cold_cache", ("scale-out-service", "checkout")),
    ],
)
def test_a_lying_diagnosis_turns_no_remedy_into_another(scenario, want):
    street = played(scenario, voters=with_liars(liar(AgentName.DIAGNOSIS, want)))
    assert executed(street) <= get(scenario).truth.acceptable


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize(
    ("scenario", "want"),
    [
        ("database_cascade", ("restart-service", "web")),
        ("database_cascade", ("scale-out-service", "web")),
        ("memory_leak", ("scale-out-service", "checkout")),
        ("remedy_backfires", ("restart-service", "checkout")),
        ("bad_deployment", ("restart-service", "checkout")),
    ],
)
def test_no_pair_with_a_lying_diagnosis_steers_a_third(scenario, want, other):
    voters = with_liars(liar(AgentName.DIAGNOSIS, want), liar(other, want))
    assert executed(played(scenario, voters=voters)) <= get(scenario).truth.acceptable


class Forging:
    """Telemetry with lines that somebody wrote into one service's log."""

    def __init__(self, real, service, line, count) -> None:
        self._real, self._of, self._line, self._count = real, service, line, count

    def series(self, services, start, end):
        return self._real.series(services, start, end)

    def logs(self, service, start, end, limit):
        lines = self._real.logs(service, start, end, limit)
        if service.name == self._of and end >= self._real.clock.now():
            lines += tuple(LogLine(self._of, end, self._line) for _ in range(self._count))
        return lines


@pytest.mark.parametrize("count", [2, 2_000])
@pytest.mark.parametrize("line", ["FATAL too many connections", "java.lang.OutOfMemoryError"])
@pytest.mark.parametrize(
    ("scenario", "service"),
    [("remedy_backfires", "checkout"), ("memory_leak", "checkout"), ("database_cascade", "database")],
)
def test_forged_log_lines_change_no_remedy(scenario, service, line, count):
    street = played(scenario, seen=lambda real: Forging(real, service, line, count))
    assert street.patient.actions == played(scenario).patient.actions


@pytest.mark.parametrize("agent", [AgentName.DETECTION, AgentName.PREDICTION, AgentName.RESOLUTION])
def test_one_agent_takes_two_places_at_most(agent):
    five = [
        ("restart-service", "web"),
        ("scale-out-service", "web"),
        ("restart-service", "checkout"),
        ("scale-out-service", "checkout"),
        ("restart-service", "web"),
    ]
    junk = liar(agent, *five)

    def investigate(incident, sources):
        found = junk.investigate(incident, sources)
        first = found.candidates[1]
        fifth = first.model_copy(update={"parameters": {**first.parameters, "DesiredCount": "19"}})
        return found.model_copy(update={"candidates": (*found.candidates[:4], fifth)})

    voters = with_liars(Voter(name=agent, investigate=investigate, judge=junk.judge))
    street = played("database_cascade", voters=voters)
    [vote] = [one.fact for one in street.house.logs.events[street.incident().id] if one.type == "VoteOpened"]
    assert sum(one.service in {"web", "checkout"} for one in vote.candidates) == 2
    assert executed(street) == {("restore-parameter", "database")}


def opened_with(street, service, measure, /, **lies):
    """The incident as a lying detection opens it, written under its own name before the alarm is heard."""
    now = street.clock.now()
    signal = Signal(
        source="cloudwatch", kind=SignalKind.ALARM, service=service, measure=measure, at=now, key="alarm"
    )
    said = assess(signal, street.house.opening.sources)
    detection = street.house.store(Author.DETECTION)
    detection.append(incident_id(signal), Head(), [said.model_copy(update=lies)])
    street.house.hear(signal)


MINUTES = timedelta(minutes=1)


@pytest.mark.parametrize("minutes", [-30, -20, 30])
@pytest.mark.parametrize(("service", "called"), [("web", "latency"), ("cache", "cache_failure")])
def test_what_a_lying_detection_opens_with_makes_nobody_approve_something_else(minutes, service, called):
    street = Street()
    street.patient.deploy("checkout", 1)  # the same code again: innocent
    street.wait(20 * 60)
    get("memory_leak").break_it(street.patient)
    street.wait(12)
    started = street.clock.now() + minutes * MINUTES
    lies = {"service": service, "services": (service,), "classification": called, "started_at": started}
    opened_with(street, "web", Measure.LATENCY, **lies)
    log = [one.fact for one in street.house.logs.events[street.incident().id]]
    on_list = {each.digest: each for one in log if isinstance(one, VoteOpened) for each in one.candidates}
    chosen = {one.signed.ballot.choice for one in log if isinstance(one, BallotCast)} - {None}
    approved = {(on_list[one].runbook, on_list[one].service) for one in chosen}
    assert approved <= {("restart-service", "checkout")}
    assert executed(street) <= {("restart-service", "checkout")}


@pytest.mark.parametrize("minutes", [-20, 30])
def test_an_onset_that_detection_made_up_stops_no_cure(minutes):
    street = Street()
    street.wait(20 * 60)  # a past, with which the false onset can be compared
    get("memory_leak").break_it(street.patient)
    street.wait(12)
    opened_with(street, "web", Measure.LATENCY, started_at=street.clock.now() + minutes * MINUTES)
    assert executed(street) == {("restart-service", "checkout")}
    assert street.incident().closed.outcome == "resolved"


def test_a_leak_20_minutes_after_an_innocent_deployment_is_resolved_by_a_restart():
    street = Street()
    street.patient.deploy("checkout", 1)
    street.wait(20 * 60)
    get("memory_leak").break_it(street.patient)
    street.wait(12)
    street.alarm("web", Measure.LATENCY)
    assert [one.runbook for one in street.patient.actions] == ["restart-service"]
    assert street.incident().closed.outcome == "resolved"


def test_what_the_machine_did_is_nobodys_deployment_in_the_next_attempt():
    street = played("restart_meets_cold_cache")
    [log] = street.house.logs.events.values()
    found = [one.fact.findings for one in log if one.type == "FindingsSubmitted"]
    causes = [one.cause for one in found if one.agent is AgentName.DIAGNOSIS]
    assert len(causes) == 2
    assert "deployment" not in causes


def test_what_the_machine_did_is_nobodys_deployment_in_the_next_incident():
    street = Street()
    get("memory_leak").break_it(street.patient)
    street.wait(12)
    street.alarm("web", Measure.LATENCY)
    assert [one.runbook for one in street.patient.actions] == ["restart-service"]
    street.wait(30)
    get("remedy_backfires").break_it(street.patient)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS, key="next")
    second = street.house.incidents()[-1]
    found = second.heard[AgentName.DIAGNOSIS].findings
    assert not [one for one in found.evidence if one.kind == "change"]
    assert found.cause != "deployment"


def test_a_change_that_calls_itself_ours_is_somebodys():
    street = Street()
    street.patient.deploy("checkout", 2)
    street.wait(12)
    said = Signal(
        source="ecs",
        kind=SignalKind.CHANGE,
        service="checkout",
        resource=CHECKOUT,
        at=street.clock.now(),
        text="restart-service by the Incident Commander",
        attributes={"by": "commander", "incident": "INC-1"},
        key="commander",
    )
    street.house.hear(said)
    street.alarm("web", Measure.ERRORS)
    assert diagnosed(street).cause == "deployment"
    assert [one.runbook for one in street.patient.actions] == ["roll-back-service-deployment"]
