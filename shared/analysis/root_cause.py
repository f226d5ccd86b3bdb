"""Which service the trouble comes from: the deepest anomalous ones of the call graph."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.analysis.anomaly import THRESHOLD
from shared.domain.service import ServiceCatalogue

DEPTH = 5
"""Calls away from the service that hurts; further than this nothing is blamed."""


@dataclass(frozen=True)
class Suspect:
    """A service that may be the root cause."""

    service: str
    score: float  # robust z, no unit
    root: bool  # anomalous while nothing that it calls is
    explains: int  # anomalous services that reach it, itself not counted


def rank(
    catalogue: ServiceCatalogue, scores: Mapping[str, float], entry: str, threshold: float = THRESHOLD
) -> tuple[Suspect, ...]:
    """The anomalous services at or below `entry`, most suspect first.

    A fault travels from callee to caller, so an anomalous service without an anomalous callee comes
    before any other; then who explains more, who scores higher, and the name. After the graph-based
    localisation of Chen et al., CauseInfer (INFOCOM 2014).

    Args:
        scores: service -> robust z (no unit); an absent service is not anomalous.
    """
    reach = catalogue.below(entry, DEPTH)
    anomalous = {name for name in reach if abs(scores.get(name, 0.0)) > threshold}
    found = [
        Suspect(
            service=name,
            score=abs(scores[name]),
            root=not anomalous.intersection(set(catalogue.callees(name)) - {name}),
            explains=len(anomalous.intersection(catalogue.above(name, DEPTH)) - {name}),
        )
        for name in anomalous
    ]
    return tuple(sorted(found, key=lambda one: (not one.root, -one.explains, -one.score, one.service)))
