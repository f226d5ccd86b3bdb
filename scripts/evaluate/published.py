"""A recorded incident as live telemetry: its metrics in CloudWatch, moved so that the alarm rings now."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from scripts.evaluate.recorded import Recorded
from shared.analysis.health import window
from shared.domain.service import Measure, MetricSource, Service, ServiceCatalogue
from shared.ports.telemetry import Series

OLDEST = timedelta(days=13)
"""CloudWatch refuses what is two weeks old.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""
MOST_DATUMS = 1_000
"""PutMetricData takes no more in one request."""


def live(recorded: Recorded, label: str, now: datetime) -> Recorded:
    """The recording as of `now`, under an application and a namespace of its own named by `label`.

    Only what could be known when the alarm rang, and only as much of it as an agent reads. The alarm's
    instant becomes the last whole metric period before `now`, so that samples stand on CloudWatch's grid.
    """
    began = recorded.signal.at
    period = max(
        (source.period for service in recorded.catalogue.services for source in service.metrics.values()),
        default=60,
    )
    moved = datetime.fromtimestamp(now.timestamp() // period * period, UTC) - began
    start, _ = window(recorded.catalogue.services, began)
    start = max(start, began - OLDEST)
    signal = recorded.signal.model_copy(
        update={"at": began + moved, "key": f"{label}/{recorded.signal.measure}"}
    )
    return replace(
        recorded,
        catalogue=ServiceCatalogue(
            services=tuple(_service(one, label) for one in recorded.catalogue.services)
        ),
        series=tuple(_between(one, start, began, moved) for one in recorded.series),
        signal=signal,
        until=began + moved,
    )


def datums(recorded: Recorded) -> Iterator[list[dict[str, Any]]]:
    """The MetricDatum of every sample, at most a thousand at a time."""
    batch: list[dict[str, Any]] = []
    for one in recorded.series:
        source = recorded.catalogue.get(one.service).metrics.get(one.measure)
        if source is None:
            continue
        dimensions = [{"Name": name, "Value": value} for name, value in source.dimensions.items()]
        for at, value in zip(one.times, one.values, strict=True):
            batch.append(
                {"MetricName": source.name, "Dimensions": dimensions, "Timestamp": at, "Value": value}
            )
            if len(batch) == MOST_DATUMS:
                yield batch
                batch = []
    if batch:
        yield batch


def namespace(label: str) -> str:
    """Where the metrics of one recording stand."""
    return f"Recorded/{label}"


def _service(service: Service, label: str) -> Service:
    return service.model_copy(
        update={
            "application": label,
            "metrics": {
                measure: _source(service.name, measure, source, label)
                for measure, source in service.metrics.items()
            },
        }
    )


def _source(service: str, measure: Measure, source: MetricSource, label: str) -> MetricSource:
    """One sample a period is published, so its average is itself."""
    return MetricSource(
        namespace=namespace(label),
        name=measure.value,
        dimensions={"Service": service},
        statistic="Average",
        period=source.period,
    )


def _between(series: Series, start: datetime, end: datetime, moved: timedelta) -> Series:
    kept = [(at, one) for at, one in zip(series.times, series.values, strict=True) if start <= at <= end]
    return Series(
        service=series.service,
        measure=series.measure,
        times=tuple(at + moved for at, _ in kept),
        values=tuple(value for _, value in kept),
    )
