"""CloudWatch Logs: filter patterns and pages, and metrics in log lines."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from scripts.local_aws.process import LocalAws
from tests.local_aws.conftest import Maker, unique

pytestmark = pytest.mark.local_aws

LINES = [
    json.dumps({"level": "ERROR", "service": {"name": "checkout"}, "latency": 900, "n": 0}),
    json.dumps({"level": "INFO", "service": {"name": "checkout"}, "latency": 20, "n": 1}),
    json.dumps({"level": "ERROR", "service": {"name": "search"}, "latency": 40, "n": 2, "trace": None}),
    "ERROR disk is full",
    "warning: disk is slow",
]


@pytest.fixture(scope="module")
def group(aws: LocalAws) -> str:
    logs, name, now = aws.client("logs"), unique("group"), int(time.time() * 1000)
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="one")
    events = [{"timestamp": now + place, "message": line} for place, line in enumerate(LINES)]
    logs.put_log_events(logGroupName=name, logStreamName="one", logEvents=events)
    return name


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("ERROR", [0, 2, 3]),
        ("error", []),
        ("disk full", [3]),
        ("?full ?slow", [3, 4]),
        ("disk -slow", [3]),
        ('"disk is"', [3, 4]),
        ("%dis[ck] is (full|slow)%", [3, 4]),
        ("{ $.latency > 100 }", [0]),
        ("{ $.latency <= 40 }", [1, 2]),
        ('{ $.level = "ERROR" && $.service.name = "check*" }', [0]),
        ('{ $.service.name = "search" || $.latency = 20 }', [1, 2]),
        ('{ $.level != "ERROR" }', [1]),
        ("{ $.trace IS NULL }", [2]),
        ("{ $.trace NOT EXISTS }", [0, 1]),
    ],
)
def test_a_pattern_selects_what_its_syntax_says(
    aws: LocalAws, group: str, pattern: str, expected: list[int]
) -> None:
    found = aws.client("logs").filter_log_events(logGroupName=group, filterPattern=pattern)["events"]
    assert [event["message"] for event in found] == [LINES[place] for place in expected]


def test_a_search_is_paged(aws: LocalAws, group: str) -> None:
    pages = aws.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=group, PaginationConfig={"PageSize": 2})
    assert [len(page["events"]) for page in found] == [2, 2, 1]


def test_what_a_function_prints_in_the_embedded_format_is_a_metric(aws: LocalAws, make: Maker) -> None:
    name, start = unique("Taken"), datetime.now(UTC) - timedelta(minutes=5)
    function = make.function(
        f"""
        import json
        def handler(event, context):
            said = {{"Namespace": "Own", "Dimensions": [["service"]], "Metrics": [{{"Name": "{name}"}}]}}
            print(json.dumps({{"_aws": {{"CloudWatchMetrics": [said]}}, "service": "it", "{name}": [2, 3]}}))
            print('{{"_aws": "nothing"}}')
        """
    )
    aws.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    [datum] = aws.client("cloudwatch").get_metric_statistics(
        Namespace="Own",
        MetricName=name,
        Dimensions=[{"Name": "service", "Value": "it"}],
        StartTime=start,
        EndTime=start + timedelta(hours=1),
        Period=3600,
        Statistics=["Sum", "SampleCount"],
    )["Datapoints"]
    assert (datum["Sum"], datum["SampleCount"]) == (5, 2)
