"""The storefront in the local AWS: its telemetry follows its resources, and its alarms tell EventBridge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from scripts.local_aws.process import LocalAws
from scripts.patient.alarms import ALARMS
from scripts.patient.storefront import Storefront
from scripts.patient.telemetry import HISTORY, SPACING, measured
from scripts.patient.topology import MAX_CONNECTIONS, log_group
from scripts.scenarios import get
from shared.analysis.anomaly import THRESHOLD, score
from shared.domain.service import SYMPTOMS, Measure
from tests.local_aws.conftest import Maker, eventually

pytestmark = pytest.mark.local_aws

ALARM_SECONDS = 12
CURE_SECONDS = 5


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
    assert eventually(lambda: states(aws) == {"OK"}, 30)
    yield shop
    shop.create()


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


def test_a_new_storefront_is_well_and_has_a_past(aws: LocalAws, well: Storefront) -> None:
    for service in well.catalogue.services:
        for measure in service.metrics:
            values = lately(aws, well, service.name, measure, HISTORY.total_seconds())
            assert len(values) > 0.9 * (HISTORY // SPACING)
            if measure in SYMPTOMS:
                assert score(values, values[:60]).score < THRESHOLD
    assert anomalous(aws, well) == set()


def test_creating_it_again_changes_nothing(aws: LocalAws, well: Storefront) -> None:
    before = well.state()
    history = aws.client("ssm").get_parameter_history(Name=MAX_CONNECTIONS)["Parameters"]
    well.create()
    assert well.state() == before
    assert aws.client("ssm").get_parameter_history(Name=MAX_CONNECTIONS)["Parameters"] == history


def test_database_cascade_alarms_shows_in_the_metrics_and_ends_with_the_parameter(
    aws: LocalAws, make: Maker, well: Storefront
) -> None:
    scenario, before, events = get("database_cascade"), well.state(), alarm_queue(make)
    scenario.break_it(well)
    seen = {event["detail"]["alarmName"] for event in make.drain(events, count=3, seconds=ALARM_SECONDS)}
    assert seen == {"storefront-web-latency", "storefront-checkout-errors", "storefront-database-saturation"}
    assert eventually(lambda: anomalous(aws, well) == {"web", "checkout", "database"}, ALARM_SECONDS)
    logs = aws.client("logs").filter_log_events(logGroupName=log_group("database"))["events"]
    assert any("connection slots are reserved" in line["message"] for line in logs)
    assert well.state() != before
    well.put_parameter(MAX_CONNECTIONS, before[MAX_CONNECTIONS])
    assert eventually(lambda: anomalous(aws, well) == set(), CURE_SECONDS)
    assert well.state() == before
    assert eventually(lambda: states(aws) == {"OK"}, ALARM_SECONDS)


def test_the_remedy_that_backfires_follows_the_running_tasks(aws: LocalAws, well: Storefront) -> None:
    scenario, before = get("remedy_backfires"), well.state()
    scenario.break_it(well)
    errors = lambda: well.latest["checkout"].errors  # noqa: E731
    assert eventually(lambda: errors() > 0.1, CURE_SECONDS)
    well.set_desired_count("checkout", 5)
    assert eventually(lambda: errors() > 0.4, CURE_SECONDS)
    well.set_desired_count("checkout", int(before["ecs/checkout/desired"]))
    assert eventually(lambda: 0.1 < errors() < 0.35, CURE_SECONDS)
    assert {key: well.state()[key] for key in scenario.truth.restored} == {
        key: before[key] for key in scenario.truth.restored
    }


def test_a_healthy_rush_sets_off_the_traffic_alarm_alone(
    aws: LocalAws, make: Maker, well: Storefront
) -> None:
    events = alarm_queue(make)
    get("healthy").break_it(well)
    (event,) = make.drain(events, seconds=ALARM_SECONDS)
    assert event["detail"]["alarmName"] == "storefront-web-traffic"
    assert not eventually(lambda: anomalous(aws, well), 4)
    assert make.drain(events, seconds=0.1) == []
