"""Every scenario over the in-process house: broken, alarmed, and ended as its own file says that it must."""

from ipaddress import IPv4Network

import pytest

from scripts.patient.alarms import ALARMS
from scripts.patient.edge import PARTNER, RANGE
from scripts.scenarios import get, scenarios
from shared.agents import prediction
from shared.domain.autonomy import Autonomy
from shared.domain.errors import PortError
from shared.domain.evidence import Findings
from shared.domain.incident import Status
from shared.domain.model import AgentName
from shared.domain.service import Measure
from tests.e2e.storefront import Street

pytestmark = pytest.mark.long

STATUS = {"resolved": Status.RESOLVED, "rolled_back": Status.ROLLED_BACK}


def played(name: str, **options) -> Street:
    """The scenario breaks, and every alarm that is above its threshold fires 12 s later."""
    street = Street(**options)
    get(name).break_it(street.patient)
    street.wait(12)
    street.patient.live()
    readings = street.patient.latest
    for alarm in ALARMS:
        if readings[alarm.service].values[alarm.measure] > alarm.threshold:
            street.alarm(alarm.service, alarm.measure, key=alarm.name)
    return street


def diagnosed(street: Street) -> Findings:
    """What diagnosis found before anything was done."""
    [log] = street.house.logs.events.values()
    found = (event.fact.findings for event in log if event.type == "FindingsSubmitted")
    return next(one for one in found if one.agent is AgentName.DIAGNOSIS)


@pytest.mark.parametrize("name", sorted(name for name, one in scenarios().items() if one.truth.root_cause))
def test_it_ends_as_its_file_says(name):
    street, truth = played(name), get(name).truth
    incident = street.incident()
    assert incident.opened.classification == truth.classification
    assert diagnosed(street).root_causes[0] == truth.root_cause
    assert incident.status is STATUS[truth.status]
    assert incident.quarantined == {}  # all are honest
    assert (incident.escalation is not None) == truth.escalated
    if truth.cure:
        assert [one.runbook for one in street.patient.actions][:1] == [truth.cure]
    assert {(one.runbook, one.service) for one in street.patient.actions} <= truth.acceptable
    if truth.rolled_back:
        assert incident.rolled_back.restored
        assert street.patient.resources == Street().patient.resources


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("memory_leak", "memory_leak"),
        ("ddos_attack", "ddos_attack"),
        ("bad_deployment", "deployment"),
        ("database_cascade", "configuration_change"),
        ("remedy_backfires", "saturation"),
        ("scale_out_starves_database", "saturation"),
        ("restart_meets_cold_cache", "memory_leak"),  # which is what it looks like
        ("rollback_after_migration", "deployment"),
    ],
)
def test_the_kind_of_cause_is_named_from_evidence(name, cause):
    assert diagnosed(played(name)).cause == cause


@pytest.mark.parametrize("name", ["memory_leak", "ddos_attack", "bad_deployment"])
def test_whoever_approved_the_cure_was_told_by_the_target_too(name):
    incident = played(name).incident()
    assert AgentName.RESOLUTION in {
        one.ballot.agent for one in incident.certificate.ballots if one.ballot.approves
    }


def test_only_the_attackers_range_is_blocked_and_after_an_hour_nothing_is():
    street = played("ddos_attack")
    done, undone = street.patient.actions
    assert done.parameters["Range"] == RANGE
    assert not IPv4Network(RANGE).overlaps(IPv4Network(PARTNER))
    assert undone.parameters == {**done.parameters, "State": "open"}
    assert street.patient.blocked == []
    assert street.incident().closed.outcome == "resolved"


def test_a_trap_is_walked_into_once_and_the_machine_lets_go():
    street = played("restart_meets_cold_cache")
    assert [one.runbook for one in street.patient.actions] == ["restart-service"]
    assert "EscalatedToHuman" in street.types()


class Missing:
    """An account in which one runbook's target is not there any more."""

    def __init__(self, patient, runbook) -> None:
        self._patient, self._runbook = patient, runbook

    def __getattr__(self, name):
        return getattr(self._patient, name)

    def observe(self, runbook, target):
        if runbook.id == self._runbook:
            raise PortError("ServiceNotFoundException: no such service", retryable=False)
        return self._patient.observe(runbook, target)


def test_a_target_that_is_not_there_rules_out_its_remedy_and_nothing_else():
    street = Street(resources=lambda patient: Missing(patient, "restart-service"))
    get("remedy_backfires").break_it(street.patient)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS)
    incident = street.incident()
    assert "no such service" in incident.findings[AgentName.RESOLUTION].summary
    assert [one.runbook for one in street.patient.actions] == ["scale-out-service"] * 2
    assert incident.status is Status.ROLLED_BACK


@pytest.mark.parametrize("name", ["memory_leak", "remedy_backfires", "scale_out_starves_database"])
def test_a_vote_of_predictions_rests_on_the_forecast_of_what_it_is_for(name):
    street = played(name, autonomy=Autonomy.OBSERVE)
    incident = street.house.incidents()[0]
    for candidate in incident.vote.candidates:
        verdict = prediction.AGENT.judge(incident, (candidate,), street.house.opening.sources)
        if verdict.choice is not None:
            assert verdict.evidence[0].service == candidate.service
