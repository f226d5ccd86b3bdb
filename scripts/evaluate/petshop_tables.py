"""The files of the PetShop data set as tables: metrics, call graph and target."""

import csv
import json
import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from shared.domain.errors import InvalidConfiguration
from shared.domain.model import Name

HEADER = ("microservice", "metric", "statistic", "unix_timestamp")
UnixSeconds = Annotated[float, Field(gt=0)]


@dataclass(frozen=True)
class Metrics:
    """One metrics.csv: values by (node, metric, statistic); a missing value is NaN."""

    starts: tuple[float, ...]  # Unix seconds at which each sample's period began
    columns: dict[tuple[str, str, str], tuple[float, ...]]


class Node(BaseModel):
    """A metric of a node, as target.json names it."""

    node: Name
    metric: str | None = None


class Alarm(Node):
    """What alarmed; `timestamp` is when the fault was injected, in Unix seconds."""

    metric: str
    agg: str
    timestamp: UnixSeconds


class Reproducibility(BaseModel):
    """How the fault was made."""

    command: str = ""


class Metadata(BaseModel):
    """What else is known."""

    reproducibility: Reproducibility = Reproducibility()


class Target(BaseModel):
    """One target.json."""

    target: Alarm
    root_cause: Node
    metadata: Metadata = Metadata()


def read_metrics(path: Path) -> Metrics:
    """One metrics.csv.

    Raises:
        InvalidConfiguration: it is missing or malformed; the message says where.
    """
    rows = _rows(path)
    if len(rows) <= len(HEADER) or any(row[:1] != [name] for row, name in zip(rows, HEADER, strict=False)):
        raise InvalidConfiguration(f"{path}: expected {', '.join(HEADER)} rows, then samples")
    names = [(node, metric, statistic) for node, metric, statistic in zip(*rows[:3], strict=True)][1:]
    if len(set(names)) != len(names):
        raise InvalidConfiguration(f"{path}: a column appears twice; download the file again")
    samples = [[_number(cell, path, line) for cell in row] for line, row in enumerate(rows[4:], start=5)]
    starts = tuple(sample[0] for sample in samples)
    if any(not later > earlier for earlier, later in pairwise(starts)) or not math.isfinite(starts[0]):
        raise InvalidConfiguration(f"{path}: timestamps must increase; download the file again")
    values = list(zip(*samples, strict=True))[1:]
    return Metrics(starts=starts, columns=dict(zip(names, values, strict=True)))


def read_graph(path: Path) -> dict[str, tuple[str, ...]]:
    """graph.csv, an adjacency matrix: node -> the nodes that it calls, itself left out.

    Raises:
        InvalidConfiguration: it is missing or not a square matrix of 0 and 1.
    """
    rows = _rows(path)
    nodes = rows[0][1:]
    if [row[0] for row in rows[1:]] != nodes or len(set(nodes)) != len(nodes):
        raise InvalidConfiguration(f"{path}: rows and columns must name the same nodes, each once")
    calls: dict[str, tuple[str, ...]] = {}
    for line, row in enumerate(rows[1:], start=2):
        cells = [_number(cell, path, line) for cell in row[1:]]
        if not set(cells) <= {0.0, 1.0}:
            raise InvalidConfiguration(f"{path}, line {line}: a cell must be 0 or 1")
        calls[row[0]] = tuple(to for to, cell in zip(nodes, cells, strict=True) if cell and to != row[0])
    return calls


def read_target(path: Path) -> Target:
    """target.json.

    Raises:
        InvalidConfiguration: it is missing or malformed; the message names the field.
    """
    try:
        return Target.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError:
        raise InvalidConfiguration(f"{path}: cannot be read; each issue has a target.json") from None
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidConfiguration(f"{path}: {where}: {first['msg']}") from None


def period(metrics: Metrics, path: Path) -> float:
    """Seconds between samples: the commonest distance."""
    steps = Counter(later - earlier for earlier, later in pairwise(metrics.starts))
    if not steps:
        raise InvalidConfiguration(f"{path}: needs two samples or more")
    return steps.most_common(1)[0][0]


def _rows(path: Path) -> list[list[str]]:
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InvalidConfiguration(f"{path}: cannot be read as CSV; is this a PetShop folder?") from None
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise InvalidConfiguration(f"{path}: empty, or rows of different length; download the file again")
    return rows


def _number(cell: str, path: Path, line: int) -> float:
    try:
        return float(cell) if cell else math.nan
    except ValueError:
        raise InvalidConfiguration(f"{path}, line {line}: {json.dumps(cell[:40])} is not a number") from None
