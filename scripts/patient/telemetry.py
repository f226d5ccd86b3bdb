"""What the storefront tells CloudWatch: metrics at one second's resolution, log lines, and its past."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from scripts.local_aws.process import LocalAws
from scripts.patient.model import Conditions, Readings, Resources, observed
from scripts.patient.topology import NAMESPACE, UNITS, catalogue, log_group
from shared.domain.service import Measure, MetricSource, Service

HISTORY = timedelta(minutes=10)
SPACING = timedelta(seconds=5)
_MOST_DATUMS = 1_000
"""PutMetricData takes no more in one request."""


def publish(aws: LocalAws, at: datetime, readings: Readings) -> None:
    """One second's metrics of every service, in one request."""
    _put(aws, data(at, readings))


def publish_history(aws: LocalAws, now: datetime, noise: np.random.Generator) -> None:
    """The ten minutes before `now` as a healthy storefront measured them, unless they are there already."""
    if _has_history(aws, now):
        return
    count = HISTORY // SPACING
    moments = [now - SPACING * (count - index) for index in range(count)]
    healthy = (Resources(), Conditions())
    _put(aws, [datum for at in moments for datum in data(at, observed(*healthy, noise))])


def data(at: datetime, readings: Readings) -> list[dict[str, Any]]:
    """The MetricDatum of every measure in the catalogue."""
    return [
        {
            "MetricName": source.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in source.dimensions.items()],
            "Timestamp": at,
            "Value": readings[service.name].values[measure],
            "Unit": UNITS[measure],
            "StorageResolution": 1,
        }
        for service in catalogue().services
        for measure, source in service.metrics.items()
    ]


def write_lines(aws: LocalAws, at: datetime, said: Mapping[str, Sequence[str]]) -> None:
    """Log lines by service, all of one moment."""
    milliseconds = int(at.timestamp() * 1_000)
    for service, messages in said.items():
        aws.client("logs").put_log_events(
            logGroupName=log_group(service),
            logStreamName=service,
            logEvents=[{"timestamp": milliseconds, "message": message} for message in messages],
        )


def measured(
    aws: LocalAws, service: Service, measure: Measure, start: datetime, end: datetime
) -> list[float]:
    """What CloudWatch answers for one measure, oldest first."""
    source = service.metrics[measure]
    answer = aws.client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": _metric_stat(source)}],
        StartTime=start,
        EndTime=end,
        ScanBy="TimestampAscending",
    )
    return [float(value) for value in answer["MetricDataResults"][0]["Values"]]


def _metric_stat(source: MetricSource) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in source.dimensions.items()]
    metric = {"Namespace": source.namespace, "MetricName": source.name, "Dimensions": dimensions}
    return {"Metric": metric, "Period": source.period, "Stat": source.statistic}


def _has_history(aws: LocalAws, now: datetime) -> bool:
    known = measured(aws, catalogue().get("web"), Measure.LATENCY, now - HISTORY, now)
    return len(known) >= HISTORY // SPACING // 2


def _put(aws: LocalAws, datums: list[dict[str, Any]]) -> None:
    for first in range(0, len(datums), _MOST_DATUMS):
        aws.client("cloudwatch").put_metric_data(
            Namespace=NAMESPACE, MetricData=datums[first : first + _MOST_DATUMS]
        )


def present() -> datetime:
    """Now, in whole seconds: the resolution of a stored metric."""
    return datetime.now(UTC).replace(microsecond=0)
