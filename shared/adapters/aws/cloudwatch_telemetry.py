"""Metrics and logs from CloudWatch: read only, and bounded."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared.adapters.aws.errors import port_errors
from shared.domain.errors import PortError
from shared.domain.service import MetricSource, Service
from shared.ports.telemetry import LogLine, Series

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_logs import CloudWatchLogsClient

Point = tuple[datetime, float]

QUERIES = 500
"""Metrics that one GetMetricData call takes."""
UNREAD = frozenset({"InternalError", "Forbidden"})
"""Codes of a result without its values."""
PAGES = 20
"""Pages of log events that one question reads, at most 1 MB each."""
MESSAGE_BYTES = 10 * 1024
SECOND = timedelta(seconds=1)


class CloudwatchTelemetry:
    """What the watched services say about themselves, as CloudWatch has it."""

    def __init__(self, cloudwatch: "CloudWatchClient", logs: "CloudWatchLogsClient") -> None:
        self._cloudwatch = cloudwatch
        self._logs = logs

    def series(self, services: Sequence[Service], start: datetime, end: datetime) -> tuple[Series, ...]:
        """Every measure of these services in [start, end]; a measure without data is absent.

        Raises:
            PortError: CloudWatch failed.
        """
        wanted = [(service.name, *metric) for service in services for metric in service.metrics.items()]
        found: list[Series] = []
        for first in range(0, len(wanted), QUERIES):
            batch = wanted[first : first + QUERIES]
            points = self._points([source for _, _, source in batch], start, end)
            for (service, measure, _), pairs in zip(batch, points, strict=True):
                if pairs:
                    times, values = zip(*pairs, strict=True)
                    found.append(Series(service, measure, times, values))
        return tuple(found)

    def logs(self, service: Service, start: datetime, end: datetime, limit: int) -> tuple[LogLine, ...]:
        """At most `limit` lines of one service in [start, end], newest kept, oldest first.

        A message is cut to 10 KB. At most 20 pages are read, the newest first.

        Raises:
            PortError: CloudWatch Logs failed, or there is no such log group.
        """
        if service.log_group is None or limit < 1:
            return ()
        found: list[Any] = []
        with port_errors():
            pages = self._logs.get_paginator("filter_log_events").paginate(
                logGroupName=service.log_group,
                startTime=_milliseconds(start),
                endTime=_milliseconds(end),
                startFromHead=False,  # the newest page first
            )
            for page in islice(pages, PAGES):
                found = sorted([*page["events"], *found], key=_timestamp)[-limit:]
                if len(found) == limit:
                    break
        return tuple(_line(service.name, event) for event in found)

    def _points(
        self, sources: Sequence[MetricSource], start: datetime, end: datetime
    ) -> Sequence[Sequence[Point]]:
        """One list a source, in the order of the sources, oldest first."""
        found: list[list[Point]] = [[] for _ in sources]
        with port_errors():
            pages = self._cloudwatch.get_paginator("get_metric_data").paginate(
                MetricDataQueries=[_query(place, source) for place, source in enumerate(sources)],
                StartTime=start,
                EndTime=end + SECOND,  # CloudWatch leaves the end out, the port does not
                ScanBy="TimestampAscending",
            )
            for page in pages:
                for result in page["MetricDataResults"]:
                    _refuse(result)
                    pairs = zip(result["Timestamps"], result["Values"], strict=True)
                    # CloudWatch rounds the start down to the whole period.
                    found[int(result["Id"][1:])] += [
                        (at.astimezone(UTC), value) for at, value in pairs if start <= at <= end
                    ]
        return found


def _refuse(result: Mapping[str, Any]) -> None:
    """A metric that could not be read is not one without data, which may mean that nothing is wrong."""
    status = result.get("StatusCode")
    if status in UNREAD:
        raise PortError(
            f"CloudWatch: {result.get('Label', result['Id'])}: {status}", retryable=status == "InternalError"
        )


def _query(place: int, source: MetricSource) -> Any:
    dimensions = [{"Name": name, "Value": value} for name, value in source.dimensions.items()]
    metric = {"Namespace": source.namespace, "MetricName": source.name, "Dimensions": dimensions}
    return {
        "Id": f"m{place}",
        "MetricStat": {"Metric": metric, "Period": source.period, "Stat": source.statistic},
    }


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _timestamp(event: Mapping[str, Any]) -> int:
    return int(event["timestamp"])


def _line(service: str, event: Mapping[str, Any]) -> LogLine:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    message = event["message"].encode(errors="replace")[:MESSAGE_BYTES].decode(errors="ignore")
    return LogLine(service, at, message)
