"""PetShop (Hardt et al. 2023, The PetShop Dataset): recorded incidents of a real application on AWS.

What the files do not say, and what is done about it:

- A timestamp is the start of a five-minute period. Nobody knows a sample before its period ends, so that
  is where it stands here.
- `target.timestamp` is the injection. The alarm arrives when the first whole period after it is known.
- The normal time was recorded in other weeks. It is moved as a whole to end where the issue begins, so
  that it is the history an agent would find.
- Of several statistics the average is taken, which is what the data set's own alarms watch; of requests
  the sum.
"""

import math
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from scripts.evaluate.petshop_tables import Metrics, Target, period, read_graph, read_metrics, read_target
from scripts.evaluate.recorded import Case, Fault, Recorded, Truth
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
FAULTS = {"ssm put-parameter": Fault.CONFIGURATION_CHANGE, "cdk deploy": Fault.DEPLOYMENT}
LOAD = "requests"


def load(folder: Path) -> tuple[Case, ...]:
    """Every issue below a traffic folder such as `petshop/low_traffic`, by name.

    Raises:
        InvalidConfiguration: the path is wrong, or a file is missing or malformed; one line says which.
    """
    found = sorted(folder.glob("*/issue_*"), key=lambda one: (one.parent.name, len(one.name), one.name))
    if not (folder / "graph.csv").is_file() or not found:
        raise InvalidConfiguration(
            f"{folder}: no graph.csv and */issue_* here; give a traffic folder such as petshop/low_traffic"
        )
    source = folder / "noissue" / "metrics.csv"
    normal = read_metrics(source)
    seconds = period(normal, source)
    catalogue = _catalogue(folder / "graph.csv", normal, seconds)
    return tuple(_case(issue, catalogue, normal, seconds) for issue in found)


def _catalogue(path: Path, normal: Metrics, seconds: float) -> ServiceCatalogue:
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


def _case(issue: Path, catalogue: ServiceCatalogue, normal: Metrics, seconds: float) -> Case:
    recorded = read_metrics(issue / "metrics.csv")
    target = read_target(issue / "target.json")
    for where, node in (("target", target.target.node), ("root_cause", target.root_cause.node)):
        if node not in catalogue.by_name:
            raise InvalidConfiguration(f"{issue / 'target.json'}: {where}.node: {node!r} is not in graph.csv")
    name = f"{issue.parent.name}/{issue.name}"
    series = _series(catalogue, normal, recorded, seconds)
    return Case(
        recorded=Recorded(
            name=name,
            catalogue=catalogue,
            series=series,
            signal=_signal(name, target, recorded, seconds, issue),
            until=_utc(recorded.starts[-1] + seconds),
        ),
        truth=Truth(
            root_cause=target.root_cause.node,
            fault=_fault(target.metadata.reproducibility.command),
            began=_utc(target.target.timestamp),
            command=target.metadata.reproducibility.command,
        ),
    )


def _series(
    catalogue: ServiceCatalogue, normal: Metrics, issue: Metrics, seconds: float
) -> tuple[Series, ...]:
    moved = issue.starts[0] - seconds - normal.starts[-1]
    ends = [start + moved + seconds for start in normal.starts] + [start + seconds for start in issue.starts]
    found = []
    for node in catalogue.by_name:
        for metric, (measure, statistic, factor) in MEASURES.items():
            key = (node, metric, statistic)
            values = (
                *normal.columns.get(key, (math.nan,) * len(normal.starts)),
                *issue.columns.get(key, (math.nan,) * len(issue.starts)),
            )
            known = [(end, value) for end, value in zip(ends, values, strict=True) if math.isfinite(value)]
            if known:
                found.append(
                    Series(
                        service=node,
                        measure=measure,
                        times=tuple(_utc(end) for end, _ in known),
                        values=tuple(value * factor for _, value in known),
                    )
                )
    return tuple(found)


def _signal(name: str, target: Target, issue: Metrics, seconds: float, path: Path) -> Signal:
    alarm = target.target
    whole = [index for index, start in enumerate(issue.starts) if start >= alarm.timestamp]
    if not whole or alarm.metric not in MEASURES:
        raise InvalidConfiguration(
            f"{path / 'target.json'}: target: needs a known metric and a sample after its timestamp"
        )
    measure, statistic, factor = MEASURES[alarm.metric]
    value = issue.columns.get((alarm.node, alarm.metric, statistic), (math.nan,) * len(issue.starts))[
        whole[0]
    ]
    return Signal(
        source=APPLICATION,
        kind=SignalKind.ALARM,
        service=alarm.node,
        measure=measure,
        at=_utc(issue.starts[whole[0]] + seconds),
        value=value * factor if math.isfinite(value) else None,
        text=f"{alarm.node}: {alarm.metric} ({alarm.agg}) is out of bounds",
        key=f"{APPLICATION}/{name}",
    )


def _fault(command: str) -> Fault | None:
    for words, fault in FAULTS.items():
        if words in command:
            return fault
    return Fault.OVERLOAD if LOAD in command else None


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
