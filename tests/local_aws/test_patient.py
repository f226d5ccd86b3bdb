"""The storefront in the local AWS: its telemetry follows its resources, and its alarms tell EventBridge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from scripts.local_aws.process import LocalAws
from scripts.patient.alarms import ALARMS
from scripts.patient.storefront import Storefront
from scripts.patient.telemetry import HISTORY, SPACING, measured
from scripts.patient.topology import MAX_CONNECTIONS, log_group
from scripts.scenarios import get
from shared.adapters.aws.resource_reader import AwsResourceReader
from shared.analysis.anomaly import THRESHOLD, score
from shared.domain.mechanism import Sign
from shared.domain.proposal import Proposal
from shared.domain.runbook import Feasible, Infeasible, Remedy, Runbook, Subject
from shared.domain.service import SYMPTOMS, Measure
from shared.runbooks.catalogue import remedies
from tests.local_aws.conftest import Maker, eventually, ever, unique

pytestmark = pytest.mark.local_aws


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def shop(aws: LocalAws, told: list[str]) -> Iterator[Storefront]:
    storefront = Storefront(aws, told.append)
    storefront.create()
    with storefront:
        yield storefront
    assert storefront.errors == 0, told


@pytest.fixture
def well(aws: LocalAws, shop: Storefront) -> Iterator[Storefront]:
    """The storefront in health, and back in health afterwards."""
    assert eventually(lambda: shop.latest and shop.latest["web"].errors < 0.01)
    yield shop
    shop.create()


@pytest.fixture
def silent(aws: LocalAws, well: Storefront) -> Storefront:
    """The storefront in health, with every alarm OK: a period has passed since the last trouble."""
    assert eventually(lambda: states(aws) == {"OK"})
    return well


def states(aws: LocalAws) -> set[str]:
    found = aws.client("cloudwatch").describe_alarms(AlarmNames=[alarm.name for alarm in ALARMS])
    return {alarm["StateValue"] for alarm in found["MetricAlarms"]}


def lately(aws: LocalAws, shop: Storefront, service: str, measure: Measure, seconds: float) -> list[float]:
    now = datetime.now(UTC)
    start = now - timedelta(seconds=seconds)
    return measured(aws, shop.catalogue.get(service), measure, start, now + timedelta(seconds=1))


def baseline(aws: LocalAws, shop: Storefront, service: str, measure: Measure) -> list[float]:
    """The first five minutes of the preloaded past."""
    now = datetime.now(UTC)
    start = now - HISTORY
    return measured(aws, shop.catalogue.get(service), measure, start, start + timedelta(minutes=5))


def anomalous(aws: LocalAws, shop: Storefront) -> set[str]:
    """Services with a symptom that lasts, judged as an agent judges."""
    return {
        service.name
        for service in shop.catalogue.services
        for measure in SYMPTOMS & set(service.metrics)
        if score(
            lately(aws, shop, service.name, measure, 5), baseline(aws, shop, service.name, measure)
        ).anomalous
    }


def alarm_queue(make: Maker) -> str:
    return make.events(
        {
            "source": ["aws.cloudwatch"],
            "detail": {
                "alarmName": [{"prefix": "storefront-"}],
                "state": {"value": ["ALARM"]},
            },
        }
    )


SURGE = frozenset({Sign.SURGING})


def feasible(
    aws: LocalAws, shop: Storefront, name: str, runbook: str
) -> tuple[Remedy, Feasible | Infeasible]:
    """What a runbook says about a service's resource as it is now, to an agent that sees a surge."""
    remedy, service = remedies()[runbook], shop.catalogue.get(name)
    target = service.resources[remedy.runbook.resource]
    state = AwsResourceReader(aws.client).observe(remedy.runbook, target)
    return remedy, remedy.prepare(Subject(service, target, state, datetime.now(UTC), SURGE))


def run(aws: LocalAws, runbook: Runbook, proposal: Proposal) -> None:
    """The runbook's own document, run by Automation to its end."""
    ssm, name = aws.client("ssm"), unique(runbook.id)
    ssm.create_document(Name=name, DocumentType="Automation", Content=json.dumps(runbook.document))
    started = ssm.start_automation_execution(
        DocumentName=name, Parameters={key: [value] for key, value in proposal.parameters.items()}
    )["AutomationExecutionId"]
    status = lambda: ssm.get_automation_execution(AutomationExecutionId=started)[  # noqa: E731
        "AutomationExecution"
    ]["AutomationExecutionStatus"]
    assert eventually(lambda: status() not in ("Pending", "InProgress"))
    assert status() == "Success"


def test_a_new_storefront_is_well_and_has_a_past(aws: LocalAws, silent: Storefront) -> None:
    for service in silent.catalogue.services:
        for measure in service.metrics:
            values = lately(aws, silent, service.name, measure, HISTORY.total_seconds())
            assert len(values) > 0.9 * (HISTORY // SPACING)
            if measure in SYMPTOMS:
                assert score(values, values[:60]).score < THRESHOLD
    assert anomalous(aws, silent) == set()


def test_creating_it_again_changes_nothing(aws: LocalAws, well: Storefront) -> None:
    before = well.state()
    history = aws.client("ssm").get_parameter_history(Name=MAX_CONNECTIONS)["Parameters"]
    well.create()
    assert well.state() == before
    assert aws.client("ssm").get_parameter_history(Name=MAX_CONNECTIONS)["Parameters"] == history


@pytest.mark.parametrize("name", ["bad_deployment", "ddos_attack"])
def test_put_back_to_health_it_is_as_it_was(aws: LocalAws, well: Storefront, name: str) -> None:
    before = well.state()
    get(name).break_it(well)
    assert eventually(lambda: well.latest["web"].errors > 0.05)
    well.create()
    assert well.state() == before
    assert eventually(lambda: well.latest["web"].errors < 0.01)


@pytest.mark.parametrize(
    ("name", "service"), [("memory_leak", "checkout"), ("ddos_attack", "web"), ("bad_deployment", "checkout")]
)
def test_the_cure_is_spoken_for_by_its_target_only_while_it_is_ill(
    aws: LocalAws, well: Storefront, name: str, service: str
) -> None:
    cure = str(get(name).truth.cure)
    _, found = feasible(aws, well, service, cure)
    lately_deployed = name == "bad_deployment"  # by the test before
    assert lately_deployed or isinstance(found, Infeasible) or not found.telling
    get(name).break_it(well)
    assert eventually(lambda: well.latest["web"].errors > 0.05)
    assert eventually(lambda: getattr(feasible(aws, well, service, cure)[1], "telling", False))
    remedy, found = feasible(aws, well, service, cure)
    assert isinstance(found, Feasible)
    run(aws, remedy.runbook, found.proposal)
    assert eventually(lambda: well.latest["web"].errors < 0.01)


def test_database_cascade_alarms_shows_in_the_metrics_and_ends_with_the_parameter(
    aws: LocalAws, make: Maker, silent: Storefront
) -> None:
    scenario, before, events = get("database_cascade"), silent.state(), alarm_queue(make)
    scenario.break_it(silent)
    seen = {event["detail"]["alarmName"] for event in make.drain(events, count=3)}
    assert seen == {"storefront-web-latency", "storefront-checkout-errors", "storefront-database-saturation"}
    assert eventually(lambda: anomalous(aws, silent) == {"web", "checkout", "database"})
    logs = aws.client("logs").filter_log_events(logGroupName=log_group("database"))["events"]
    assert any("connection slots are reserved" in line["message"] for line in logs)
    assert silent.state() != before
    silent.put_parameter(MAX_CONNECTIONS, before[MAX_CONNECTIONS])
    assert eventually(lambda: anomalous(aws, silent) == set())
    assert silent.state() == before
    assert eventually(lambda: states(aws) == {"OK"})


def test_the_cure_of_database_cascade_is_a_runbook_that_the_target_itself_speaks_for(
    aws: LocalAws, well: Storefront
) -> None:
    scenario, before = get("database_cascade"), well.state()
    scenario.break_it(well)
    assert eventually(lambda: well.latest["web"].errors > 0.1)
    remedy, found = feasible(aws, well, "database", str(scenario.truth.cure))
    assert isinstance(found, Feasible)
    assert found.telling
    run(aws, remedy.runbook, found.proposal)
    assert eventually(lambda: well.latest["web"].errors < 0.01)
    assert well.state() == before


def test_a_parameter_that_nobody_changed_offers_nothing_to_restore(aws: LocalAws, well: Storefront) -> None:
    assert isinstance(feasible(aws, well, "cache", "restore-parameter")[1], Infeasible)


def test_the_remedy_that_backfires_is_feasible_harmful_and_can_be_undone(
    aws: LocalAws, well: Storefront
) -> None:
    scenario, before = get("remedy_backfires"), well.state()
    scenario.break_it(well)
    errors = lambda: well.latest["checkout"].errors  # noqa: E731
    assert eventually(lambda: errors() > 0.1)
    remedy, found = feasible(aws, well, "checkout", "scale-out-service")
    assert isinstance(found, Feasible)
    seen = AwsResourceReader(aws.client).observe(remedy.runbook, found.proposal.target)
    run(aws, remedy.runbook, found.proposal)
    assert eventually(lambda: errors() > 0.4)
    assert well.state() != before
    run(aws, remedy.runbook, remedy.undo(found.proposal, seen))
    assert eventually(lambda: 0.1 < errors() < 0.35)
    assert {key: well.state()[key] for key in scenario.truth.restored} == {
        key: before[key] for key in scenario.truth.restored
    }


def test_a_healthy_rush_sets_off_the_traffic_alarm_alone(
    aws: LocalAws, make: Maker, silent: Storefront
) -> None:
    events = alarm_queue(make)
    get("healthy").break_it(silent)
    (event,) = make.drain(events)
    assert event["detail"]["alarmName"] == "storefront-web-traffic"
    assert not ever(lambda: anomalous(aws, silent), 4)
    assert make.drain(events, seconds=0.1) == []
