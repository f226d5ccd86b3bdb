"""From a service that hurts to where it comes from, and silence when it is only noise."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from shared.analysis.anomaly import ABSOLUTE_FLOOR, RARE
from shared.analysis.excess import Excess, Harm, measure_excess
from shared.analysis.root_cause import Suspect, exclusive, rank
from shared.domain.service import ServiceCatalogue
from shared.ports.telemetry import Series

USUAL = 0.2
"""What the entry does in more than this share of its own history is not felt."""
MOST_UNUSUAL = 1_000.0
"""Beyond so many deviations one harm is as unusual as another: then failing counts before waiting."""
APART = 6
"""Periods without it that make the next one another beginning."""


@dataclass(frozen=True)
class Trace:
    """What hurts at the entry, how unusual that is there, and the suspects, most suspect first."""

    entry: str
    harm: Harm
    unusual: float  # the entry's excess in standard deviations of its own history
    suspects: tuple[Suspect, ...]  # never empty

    @property
    def first(self) -> str:
        """The root cause, as far as the measures tell."""
        return self.suspects[0].service


def trace(
    series: Sequence[Series],
    catalogue: ServiceCatalogue,
    entry: str,
    split: datetime,
    *,
    harms: Iterable[Harm] = tuple(Harm),
    saturated: frozenset[str] = frozenset(),
    sustained: int | None = None,
) -> Trace | None:
    """The suspects behind what `entry` feels, by the harm that is most unusual there; None for noise.

    Noise is an entry that does this in more than a fifth of its history, or a first suspect whose
    exclusive excess is not beyond 99 % of its own: an empirical p-value, which needs no distribution.

    Args:
        harms: those that may be followed.
        saturated: services at a limit, to tell equals apart.
        sustained: how many of the last periods are now; see `measure_excess`.
    """
    found = []
    for harm in harms:
        excess = measure_excess(series, catalogue, entry, harm, split, sustained)
        if excess is not None and (one := _follow(excess, catalogue, entry, harm, saturated)):
            found.append(one)
    return max(found, key=lambda one: one.unusual, default=None)


def _follow(
    excess: Excess, catalogue: ServiceCatalogue, entry: str, harm: Harm, saturated: frozenset[str]
) -> Trace | None:
    if entry not in excess.now:
        return None
    now = {name: float(np.median(values)) for name, values in excess.now.items()}
    felt, usual = now[entry], excess.before[entry]
    if felt <= ABSOLUTE_FLOOR or np.mean(usual >= felt) > USUAL:
        return None
    suspects = rank(catalogue, now, entry, saturated)
    first = suspects[0].service
    if not _beyond(
        float(np.median(exclusive(catalogue, excess.now, first))), exclusive(catalogue, excess.before, first)
    ):
        return None
    deviation = max(float(np.std(usual)), felt / MOST_UNUSUAL)  # a past without any is no infinity
    return Trace(entry=entry, harm=harm, unusual=felt / deviation, suspects=suspects)


def _beyond(value: float, history: NDArray[np.float64]) -> bool:
    """Whether a positive value is beyond its own history (m,), oldest first: at most 1 % of it began so.

    What went on or came back within a few periods began once: otherwise an incident would make the next
    one of its kind look normal.
    """
    at = np.flatnonzero(history >= value)
    beginnings = np.count_nonzero(np.diff(at) > APART) + (1 if at.size else 0)
    return value > ABSOLUTE_FLOOR and bool(beginnings <= RARE * history.size)
