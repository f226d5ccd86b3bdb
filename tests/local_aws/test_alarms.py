"""CloudWatch alarms: evaluation over time, missing data, and the event of a transition."""

from __future__ import annotations

import time
from typing import Any

import pytest

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from tests.local_aws.conftest import Maker, eventually, ever, unique

pytestmark = pytest.mark.local_aws

PERIOD = 1  # seconds; AWS's shortest is ten, and the rule is the same


def alarm(aws: LocalAws, metric: str, **settings: Any) -> str:
    name = unique("alarm")
    statistic = {} if "ExtendedStatistic" in settings else {"Statistic": "Sum"}
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="Contract",
        MetricName=metric,
        **{
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 5,
            "ComparisonOperator": "GreaterThanThreshold",
            **statistic,
            **settings,
        },
    )
    return name


def put(aws: LocalAws, metric: str, *values: float, age: int = 0, service: str | None = None) -> None:
    dimensions = [{"Name": "Service", "Value": service}] if service else []
    now = time.time() - age
    aws.client("cloudwatch").put_metric_data(
        Namespace="Contract",
        MetricData=[
            {"MetricName": metric, "Value": value, "Dimensions": dimensions, "Timestamp": now}
            for value in values
        ],
    )


def state(aws: LocalAws, name: str) -> dict[str, Any]:
    found = aws.client("cloudwatch").describe_alarms(
        AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    return (found["MetricAlarms"] + found["CompositeAlarms"])[0]  # type: ignore[no-any-return]


def becomes(aws: LocalAws, name: str, wanted: str) -> bool:
    return bool(eventually(lambda: state(aws, name)["StateValue"] == wanted))


def test_an_alarm_goes_off_and_back_to_ok_and_each_time_there_is_an_event(aws: LocalAws, make: Maker) -> None:
    metric = unique("metric")
    name = alarm(
        aws, metric, Period=PERIOD, TreatMissingData="notBreaching", AlarmDescription="too many errors"
    )
    events = make.events({"source": ["aws.cloudwatch"], "detail": {"alarmName": [name]}})
    put(aws, metric, 9)
    assert becomes(aws, name, "ALARM")
    assert becomes(aws, name, "OK")
    received = {event["detail"]["state"]["value"]: event for event in make.drain(events, count=2)}
    event = received["ALARM"]
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    assert event["resources"] == [f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"]
    assert set(event["detail"]["state"]) == {"value", "reason", "reasonData", "timestamp"}
    assert event["detail"]["previousState"]["value"] in ("OK", "INSUFFICIENT_DATA")
    assert event["detail"]["configuration"]["description"] == "too many errors"
    (query,) = event["detail"]["configuration"]["metrics"]
    assert query["metricStat"] == {
        "metric": {"namespace": "Contract", "name": metric, "dimensions": {}},
        "period": PERIOD,
        "stat": "Sum",
    }
    assert received["OK"]["detail"]["previousState"]["value"] == "ALARM"


def test_only_the_metric_with_exactly_these_dimensions_counts(aws: LocalAws) -> None:
    metric = unique("metric")
    ours = alarm(aws, metric, Dimensions=[{"Name": "Service", "Value": "checkout"}])
    bare = alarm(aws, metric)
    put(aws, metric, 9, service="search")
    put(aws, metric, 1, service="checkout")
    assert becomes(aws, ours, "OK")
    assert state(aws, bare)["StateValue"] == "INSUFFICIENT_DATA"


def test_m_of_n_periods_must_breach(aws: LocalAws) -> None:
    metric = unique("metric")
    three_of_four = alarm(aws, metric, EvaluationPeriods=4, DatapointsToAlarm=3)
    two_of_four = alarm(aws, metric, EvaluationPeriods=4, DatapointsToAlarm=2)
    for age, value in ((180, 9), (120, 1), (60, 1), (0, 9)):
        put(aws, metric, value, age=age)
    assert becomes(aws, two_of_four, "ALARM")
    assert becomes(aws, three_of_four, "OK")


@pytest.mark.parametrize(
    ("treatment", "expected"),
    [
        ("missing", "INSUFFICIENT_DATA"),
        ("ignore", "INSUFFICIENT_DATA"),
        ("breaching", "ALARM"),
        ("notBreaching", "OK"),
    ],
)
def test_missing_data_is_treated_as_told(aws: LocalAws, treatment: str, expected: str) -> None:
    name = alarm(aws, unique("metric"), TreatMissingData=treatment)
    assert becomes(aws, name, expected)
    assert not ever(lambda: state(aws, name)["StateValue"] != expected, 1)


def test_an_extended_statistic_is_evaluated(aws: LocalAws) -> None:
    metric = unique("metric")
    p50 = alarm(aws, metric, ExtendedStatistic="p50", Threshold=50)
    p99 = alarm(aws, metric, ExtendedStatistic="p99", Threshold=50)
    put(aws, metric, *([1.0] * 9), 100.0)
    assert becomes(aws, p99, "ALARM")
    assert becomes(aws, p50, "OK")


def test_a_composite_alarm_follows_its_children_and_sends_its_own_event(aws: LocalAws, make: Maker) -> None:
    metric, parent = unique("metric"), unique("composite")
    child = alarm(aws, metric, TreatMissingData="notBreaching")
    aws.client("cloudwatch").put_composite_alarm(AlarmName=parent, AlarmRule=f'ALARM("{child}")')
    events = make.events(
        {"source": ["aws.cloudwatch"], "detail": {"alarmName": [parent], "state": {"value": ["ALARM"]}}}
    )
    put(aws, metric, 9)
    assert becomes(aws, parent, "ALARM")
    (event,) = make.drain(events)
    assert event["detail"]["configuration"] == {"alarmRule": f'ALARM("{child}")'}


def test_an_alarms_topic_is_told(aws: LocalAws, make: Maker) -> None:
    metric, sns = unique("metric"), aws.client("sns")
    url, queue = make.queue()
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    name = alarm(aws, metric, AlarmActions=[topic])
    put(aws, metric, 9)
    (message,) = make.drain(url)
    assert (message["AlarmName"], message["NewStateValue"]) == (name, "ALARM")
