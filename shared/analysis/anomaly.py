"""How far a series has left its baseline, and since when: the robust z-score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

THRESHOLD = 3.5
"""Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers: |z| above 3.5."""
SUSTAINED = 3
"""Points in a row above the threshold that make an excursion at short periods; fewer is a spike."""
LASTING = timedelta(minutes=3)
"""What goes on this long is no spike, however few points tell of it."""
MAD_TO_SIGMA = 1.4826
RELATIVE_FLOOR = 0.01
ABSOLUTE_FLOOR = 1e-6
RARE = 0.01
"""Share of its own history that a value must be beyond where the history has no spread to measure by."""


@dataclass(frozen=True)
class Anomaly:
    """What a series looks like against its baseline."""

    score: float  # largest |z| of the excursion, or of all values without one; no unit
    onset: int | None  # index of the first value of the last sustained excursion that is still going on
    baseline: float  # median, in the unit of the values
    scale: float = ABSOLUTE_FLOOR  # one robust standard deviation, in the unit of the values
    rising: bool = False  # whether the last value is above the baseline

    @property
    def anomalous(self) -> bool:
        """Whether there is a sustained excursion at the end of the series."""
        return self.onset is not None


def sustained_points(times: Sequence[datetime]) -> int:
    """How many points in a row make an excursion of a series (oldest first): three, or fewer long ones.

    A period of five minutes has lasted by itself; of seconds, three are needed.
    """
    steps = sorted(later - earlier for earlier, later in pairwise(times))
    if not steps or steps[len(steps) // 2] <= timedelta(0):
        return SUSTAINED
    return min(SUSTAINED, max(1, ceil(LASTING / steps[len(steps) // 2])))


def score(
    values: Sequence[float], baseline: Sequence[float], sustained: int = SUSTAINED, floor: float | None = None
) -> Anomaly:
    """Score values (n,) against a baseline (m,), both in the same unit, oldest first.

    Args:
        sustained: how many values in a row at the end make an excursion.
        floor: the smallest scale, in the unit of the values; 1 % of the median when it is not given, so
            that a flat baseline does not make noise infinite. Values that are not finite count for nothing.
    """
    known = np.asarray(baseline, dtype=float)
    known = known[np.isfinite(known)]
    if known.size == 0 or len(values) == 0:
        return Anomaly(score=0.0, onset=None, baseline=0.0)
    median = float(np.median(known))
    least = RELATIVE_FLOOR * abs(median) if floor is None else floor
    scale = max(spread(known), least, ABSOLUTE_FLOOR)
    raw = (np.asarray(values, dtype=float) - median) / scale
    z = np.where(np.isfinite(raw), raw, 0.0)
    onset = _onset(z, sustained)
    largest = float(np.max(np.abs(z[onset or 0 :])))
    return Anomaly(score=largest, onset=onset, baseline=median, scale=scale, rising=bool(z[-1] > 0))


def spread(known: NDArray[np.float64]) -> float:
    """One robust standard deviation of finite values (m,): the scaled median absolute deviation.

    Where more than half of the values are equal it is 0 and says nothing about the rest; then the scale at
    which the rarest 1 % of the values would just be anomalous is the one to go by.
    """
    away = np.abs(known - np.median(known))
    typical = MAD_TO_SIGMA * float(np.median(away))
    return typical if typical > 0 else float(np.quantile(away, 1 - RARE)) / THRESHOLD


def _onset(z: NDArray[np.float64], sustained: int) -> int | None:
    """Where the run of same-signed |z| above the threshold that ends the series (n,) begins."""
    if abs(z[-1]) <= THRESHOLD:
        return None
    inside = (np.sign(z) == np.sign(z[-1])) & (np.abs(z) > THRESHOLD)
    outside = np.flatnonzero(~inside)
    first = int(outside[-1]) + 1 if outside.size else 0
    return first if z.size - first >= sustained else None
