"""PetShop's nodes, samples and alarms in our words."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from scripts.evaluate.petshop_tables import Alarm, Metrics, read_graph
from shared.domain.errors import InvalidConfiguration
from shared.domain.service import Measure, MetricSource, Service, ServiceCatalogue, ServiceKind
from shared.domain.signal import Signal, SignalKind
from shared.ports.telemetry import Series

APPLICATION = "petshop"
MEASURES = {
    "requests": (Measure.TRAFFIC, "Sum", 1.0),
    "latency": (Measure.LATENCY, "Average", 1.0),
    "errors": (Measure.ERRORS, "Average", 1.0),
    "availability": (Measure.AVAILABILITY, "Average", 0.01),
}
"""PetShop's metric -> ours, its statistic, and the factor to our unit (availability is in per cent there)."""
KINDS = {
    "AWS::DynamoDB::Table": ServiceKind.DATABASE,
    "Database::SQL": ServiceKind.DATABASE,
    "AWS::SQS::Queue": ServiceKind.QUEUE,
}
"""A node's name ends with its X-Ray type."""


def catalogue_of(path: Path, normal: Metrics, seconds: float) -> ServiceCatalogue:
    """The services of graph.csv, with the metrics that the normal time has.

    Raises:
        InvalidConfiguration: the file is missing or malformed; the message says where.
    """
    calls = read_graph(path)
    try:
        services = tuple(
            Service(
                name=node,
                application=APPLICATION,
                kind=next((kind for end, kind in KINDS.items() if node.endswith(end)), ServiceKind.SERVICE),
                depends_on=callees,
                metrics=_sources(node, normal, int(seconds)),
            )
            for node, callees in calls.items()
        )
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        raise InvalidConfiguration(f"{path}: a node's name is not valid: {first['msg']}") from None
    return ServiceCatalogue(services=services).validated()


def _sources(node: str, normal: Metrics, seconds: int) -> dict[Measure, MetricSource]:
    return {
        measure: MetricSource(namespace="PetShop", name=metric, statistic=statistic, period=seconds)
        for metric, (measure, statistic, _) in MEASURES.items()
        if (node, metric, statistic) in normal.columns
    }


def series_of(
    catalogue: ServiceCatalogue, parts: Sequence[tuple[Metrics, float]], seconds: float
) -> tuple[Series, ...]:
    """The parts end to end, each moved by so many seconds; a sample stands at the end of its period."""
    found = []
    for node in catalogue.by_name:
        for metric, (measure, statistic, factor) in MEASURES.items():
            known = [
                (utc(start + moved + seconds), value * factor)
                for part, moved in parts
                for start, value in zip(
                    part.starts, part.columns.get((node, metric, statistic), ()), strict=False
                )
                if math.isfinite(value)
            ]
            if known:
                times, values = zip(*known, strict=True)
                found.append(Series(service=node, measure=measure, times=times, values=values))
    return tuple(found)


def signal_of(alarm: Alarm, metrics: Metrics, index: int, seconds: float) -> Signal:
    """The alarm, at the end of the period of one sample."""
    measure, statistic, factor = MEASURES[alarm.metric]
    column = metrics.columns.get((alarm.node, alarm.metric, statistic))
    value = math.nan if column is None else column[index] * factor
    at = utc(metrics.starts[index] + seconds)
    return Signal(
        source=APPLICATION,
        kind=SignalKind.ALARM,
        service=alarm.node,
        measure=measure,
        at=at,
        value=value if math.isfinite(value) else None,
        text=f"{alarm.node}: {alarm.metric} ({alarm.agg}) is out of bounds",
        key=f"{alarm.node}/{measure}/{at.isoformat()}",
    )


def utc(seconds: float) -> datetime:
    """Unix seconds as a time."""
    return datetime.fromtimestamp(seconds, UTC)
