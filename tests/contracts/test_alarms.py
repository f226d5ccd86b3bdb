"""A stage's own alarms, over every adapter."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from shared.adapters.aws.cloudwatch_alarms import MOST, PAGE, CloudwatchAlarms
from shared.adapters.local.fresh_for import FreshAlarms
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_alarms import MemoryAlarms
from shared.domain.errors import AccessDenied, PortError
from shared.ports.alarms import Alarm, Alarms, AlarmState

NOW = datetime.now(UTC)
PREFIX = "IncidentCommander-Dev-"
MEANING = "Something was given up: `commander dead-letters list` says what and why."
WHOSE = {
    f"{PREFIX}Observability-HealthSilent0A1B2C3D-1xY2z": "OK",
    f"{PREFIX}Observability-DeadLettersWaiting4E5F6A7B-9qW": "ALARM",
    f"{PREFIX}Observability-Spending8C9D0E1F-ab12": "INSUFFICIENT_DATA",
    f"{PREFIX}by-hand": "OK",
    "IncidentCommander-Dev2-Observability-Spending8C9D0E1F-ab12": "ALARM",
    "storefront-checkout-errors": "ALARM",
}


@pytest.fixture(params=["local", "aws"])
def alarms(request: pytest.FixtureRequest) -> Alarms:
    """One has gone off, one has no data, and others have alarms too."""
    if request.param == "local":
        return MemoryAlarms(
            Alarm("Spending", AlarmState.NO_DATA, MEANING, "unchecked", NOW),
            Alarm("HealthSilent", AlarmState.OK, MEANING, "1 datapoint", NOW),
            Alarm("by-hand", AlarmState.OK, MEANING, "1 datapoint", NOW),
            Alarm("DeadLettersWaiting", AlarmState.ALARM, MEANING, "1 datapoint", NOW),
        )
    client = request.getfixturevalue("aws").client("cloudwatch")
    for name, state in WHOSE.items():
        client.put_metric_alarm(
            AlarmName=name, AlarmDescription=MEANING, Namespace="n", MetricName="m", Statistic="Sum",
            Period=60, EvaluationPeriods=1, Threshold=0, ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
        client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="1 datapoint")
    return CloudwatchAlarms(client, PREFIX)


def test_the_stages_alarms_and_nobody_elses_are_told_by_name_with_what_to_do(alarms: Alarms) -> None:
    found = alarms.alarms()
    assert [(one.name, one.state) for one in found] == [
        ("DeadLettersWaiting", AlarmState.ALARM),
        ("HealthSilent", AlarmState.OK),
        ("Spending", AlarmState.NO_DATA),
        ("by-hand", AlarmState.OK),
    ]
    assert {one.meaning for one in found} == {MEANING}
    assert found[0].reason == "1 datapoint"
    for one in found:
        assert one.since is not None
        assert NOW - timedelta(seconds=1) <= one.since <= datetime.now(UTC) + timedelta(seconds=2)


def page(first: int, count: int) -> dict[str, Any]:
    numbers = range(first, first + count)
    return {"MetricAlarms": [{"AlarmName": f"{PREFIX}{one:03}", "StateValue": "OK"} for one in numbers]}


def asked(aws: boto3.Session, *pages: dict[str, Any]) -> CloudwatchAlarms:
    """CloudWatch that answers these pages; moto knows none."""
    client = aws.client("cloudwatch")
    stub = Stubber(client)
    for number, one in enumerate(pages):
        question = {"AlarmNamePrefix": PREFIX, "AlarmTypes": ["MetricAlarm"], "MaxRecords": PAGE}
        more = {"NextToken": str(number + 1)} if number + 1 < len(pages) else {}
        stub.add_response(
            "describe_alarms", one | more, question | ({"NextToken": str(number)} if number else {})
        )
    stub.activate()
    return CloudwatchAlarms(client, PREFIX)


def test_every_page_is_read(aws: boto3.Session) -> None:
    found = asked(aws, page(0, PAGE), page(PAGE, 1)).alarms()
    assert (len(found), found[-1].name, found[-1].since) == (PAGE + 1, f"{PAGE}", None)


def test_too_many_are_said_to_be_so_and_not_cut(aws: boto3.Session) -> None:
    with pytest.raises(PortError, match="more than 500"):
        asked(aws, *(page(at, PAGE) for at in range(0, MOST + PAGE, PAGE))).alarms()


def test_who_may_not_list_them_is_told_so(aws: boto3.Session) -> None:
    client = aws.client("cloudwatch")
    stub = Stubber(client)
    stub.add_client_error("describe_alarms", "AccessDenied", "not authorized", 403)
    stub.activate()
    with pytest.raises(AccessDenied):
        CloudwatchAlarms(client, PREFIX).alarms()


def test_alarms_are_asked_for_again_after_ten_seconds() -> None:
    source, clock = MemoryAlarms(), ManualClock()
    fresh = FreshAlarms(source, clock)
    assert fresh.alarms() == ()
    source.kept.append(Alarm("Spending", AlarmState.ALARM, MEANING))
    clock.advance(timedelta(seconds=9))
    assert fresh.alarms() == ()
    clock.advance(timedelta(seconds=2))
    assert [one.name for one in fresh.alarms()] == ["Spending"]
