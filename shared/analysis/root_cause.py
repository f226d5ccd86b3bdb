"""Which service the trouble comes from: the one with most harm of its own, as a profiler finds it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.service import ServiceCatalogue

DEPTH = 5
"""Calls away from the service that hurts; further than this nothing is blamed."""
TOUCHED = 0.01
"""A service with less than this share of the greatest excess is not part of the trouble."""


@dataclass(frozen=True)
class Suspect:
    """A service that may be the root cause."""

    service: str
    score: float  # its exclusive excess, in the unit of the excess
    root: bool  # part of the trouble while nothing that it calls is
    explains: int  # services of the trouble that reach it, itself not counted


def rank(
    catalogue: ServiceCatalogue,
    excess: Mapping[str, float],
    entry: str,
    saturated: frozenset[str] = frozenset(),
) -> tuple[Suspect, ...]:
    """The services with excess at or below `entry`, most exclusive excess first.

    A fault travels from callee to caller, so what a service's callees do explains as much of its own
    excess; what is left is its own. That is how a profiler tells self time from total time (Graham, Kessler
    and McKusick, gprof: a Call Graph Execution Profiler, SIGPLAN 1982). Of equals the saturated one first,
    then by name.

    Args:
        excess: service -> harm beyond normal, all in one unit; an absent service has none.
        saturated: services that are at a limit.
    """
    reach = catalogue.below(entry, DEPTH)
    greatest = max((excess.get(name, 0.0) for name in reach), default=0.0)
    touched = {name for name in reach if excess.get(name, 0.0) > max(TOUCHED * greatest, 0.0)}
    found = [
        Suspect(
            service=name,
            score=float(exclusive(catalogue, excess, name)),
            root=not touched.intersection(set(catalogue.callees(name)) - {name}),
            explains=len(touched.intersection(catalogue.above(name, DEPTH)) - {name}),
        )
        for name in touched
    ]
    return tuple(sorted(found, key=lambda one: (-one.score, one.service not in saturated, one.service)))


def exclusive(
    catalogue: ServiceCatalogue, excess: Mapping[str, float] | Mapping[str, NDArray[np.float64]], name: str
) -> NDArray[np.float64]:
    """A service's excess less the positive excess of what it calls, itself left out; in the same shape."""
    callees = set(catalogue.callees(name)) - {name}
    explained = [np.maximum(excess[callee], 0.0) for callee in sorted(callees) if callee in excess]
    return np.asarray(excess.get(name, 0.0) - sum(explained), dtype=float)
