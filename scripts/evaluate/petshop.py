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

from pathlib import Path

from scripts.evaluate.petshop_domain import MEASURES, catalogue_of, series_of, signal_of, utc
from scripts.evaluate.petshop_tables import Metrics, Target, period, read_metrics, read_target
from scripts.evaluate.recorded import Case, Fault, Recorded, Truth
from shared.domain.errors import InvalidConfiguration
from shared.domain.service import ServiceCatalogue

FAULTS = {"ssm put-parameter": Fault.CONFIGURATION_CHANGE, "cdk deploy": Fault.DEPLOYMENT}
LOAD = "requests"


def load(folder: Path) -> tuple[Case, ...]:
    """Every issue below a traffic folder such as `petshop/low_traffic`, by name.

    Raises:
        InvalidConfiguration: the path is wrong, or a file is missing or malformed; one line says which.
    """
    issues, normal, seconds, catalogue = _open(folder)
    return tuple(_case(issue, catalogue, normal, seconds) for issue in issues)


def healthy(folder: Path, count: int) -> tuple[Case, ...]:
    """False alarms: instants of the normal time, evenly spread, at which the issues' own alarm would ring.

    The first half of the normal time is history only. Their truth is None: nothing was wrong.

    Raises:
        InvalidConfiguration: as `load`.
    """
    issues, normal, seconds, catalogue = _open(folder)
    targets = [_target(issue, catalogue) for issue in issues]
    alarms = {(one.target.node, one.target.metric): one.target for one in targets}
    series = series_of(catalogue, [(normal, 0.0)], seconds)
    half = len(normal.starts) // 2
    picked = [half + index * (len(normal.starts) - half) // count for index in range(count)]
    return tuple(
        Case(
            recorded=Recorded(
                name=f"healthy/{alarm.metric}_{number}",
                catalogue=catalogue,
                series=series,
                signal=signal_of(alarm, normal, index, seconds),
                until=utc(normal.starts[index] + seconds),
            ),
            truth=None,
        )
        for alarm in alarms.values()
        for number, index in enumerate(picked)
    )


def _open(folder: Path) -> tuple[list[Path], Metrics, float, ServiceCatalogue]:
    found = sorted(folder.glob("*/issue_*"), key=lambda one: (one.parent.name, len(one.name), one.name))
    if not (folder / "graph.csv").is_file() or not found:
        raise InvalidConfiguration(
            f"{folder}: no graph.csv and */issue_* here; give a traffic folder such as petshop/low_traffic"
        )
    source = folder / "noissue" / "metrics.csv"
    normal = read_metrics(source)
    seconds = period(normal, source)
    return found, normal, seconds, catalogue_of(folder / "graph.csv", normal, seconds)


def _target(issue: Path, catalogue: ServiceCatalogue) -> Target:
    target = read_target(issue / "target.json")
    if target.target.metric not in MEASURES:
        known = ", ".join(MEASURES)
        raise InvalidConfiguration(f"{issue / 'target.json'}: target.metric: must be one of {known}")
    for where, node in (("target", target.target.node), ("root_cause", target.root_cause.node)):
        if node not in catalogue.by_name:
            raise InvalidConfiguration(f"{issue / 'target.json'}: {where}.node: {node!r} is not in graph.csv")
    return target


def _case(issue: Path, catalogue: ServiceCatalogue, normal: Metrics, seconds: float) -> Case:
    metrics = read_metrics(issue / "metrics.csv")
    target = _target(issue, catalogue)
    whole = [index for index, start in enumerate(metrics.starts) if start >= target.target.timestamp]
    if not whole:
        raise InvalidConfiguration(f"{issue}: needs a sample after target.timestamp")
    name = f"{issue.parent.name}/{issue.name}"
    command = target.metadata.reproducibility.command
    moved = metrics.starts[0] - seconds - normal.starts[-1]
    return Case(
        recorded=Recorded(
            name=name,
            catalogue=catalogue,
            series=series_of(catalogue, [(normal, moved), (metrics, 0.0)], seconds),
            signal=signal_of(target.target, metrics, whole[0], seconds),
            until=utc(metrics.starts[-1] + seconds),
        ),
        truth=Truth(
            root_cause=target.root_cause.node,
            fault=_fault(command),
            began=utc(target.target.timestamp),
            command=command,
        ),
    )


def _fault(command: str) -> Fault | None:
    for words, fault in FAULTS.items():
        if words in command:
            return fault
    return Fault.OVERLOAD if LOAD in command else None
