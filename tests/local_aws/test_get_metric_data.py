"""CloudWatch GetMetricData: order, pages and dimensions."""

from __future__ import annotations

import time
from typing import Any

import pytest

from scripts.local_aws.process import LocalAws
from tests.local_aws.conftest import unique

pytestmark = pytest.mark.local_aws


@pytest.fixture
def metric(aws: LocalAws) -> str:
    """Five minutes with the values 0 to 4, oldest first, and one datum of another dimension set."""
    name, now = unique("metric"), time.time()
    data: list[dict[str, Any]] = [
        {"MetricName": name, "Value": float(4 - age), "Timestamp": now - 60 * age} for age in range(5)
    ]
    other = {"MetricName": name, "Value": 99.0, "Dimensions": [{"Name": "Service", "Value": "other"}]}
    aws.client("cloudwatch").put_metric_data(Namespace="Contract", MetricData=[*data, other])
    return name


def ask(aws: LocalAws, metric: str, **request: Any) -> dict[str, Any]:
    stat = {"Metric": {"Namespace": "Contract", "MetricName": metric}, "Period": 60, "Stat": "Sum"}
    return aws.client("cloudwatch").get_metric_data(  # type: ignore[no-any-return]
        MetricDataQueries=[{"Id": "m", "MetricStat": stat}],
        StartTime=time.time() - 3600,
        EndTime=time.time() + 60,
        **request,
    )


def test_the_newest_point_comes_first_unless_asked_otherwise(aws: LocalAws, metric: str) -> None:
    assert ask(aws, metric)["MetricDataResults"][0]["Values"] == [4, 3, 2, 1, 0]
    ascending = ask(aws, metric, ScanBy="TimestampAscending")["MetricDataResults"][0]
    assert ascending["Values"] == [0, 1, 2, 3, 4]
    assert ascending["Timestamps"] == sorted(ascending["Timestamps"])


def test_a_query_without_dimensions_means_the_metric_that_has_none(aws: LocalAws, metric: str) -> None:
    assert 99.0 not in ask(aws, metric)["MetricDataResults"][0]["Values"]


def test_datapoints_are_paged(aws: LocalAws, metric: str) -> None:
    values, token = [], {}
    for _ in range(3):
        page = ask(aws, metric, MaxDatapoints=2, **token)
        values.append(page["MetricDataResults"][0]["Values"])
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
    assert values == [[4, 3], [2, 1], [0]]
    assert token == {}
