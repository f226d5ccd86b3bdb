"""How far a series has left its baseline, and since when: the robust z-score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

THRESHOLD = 3.5
"""Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers: |z| above 3.5."""
SUSTAINED = 3
"""Points in a row above the threshold that make an excursion; fewer is a spike."""
MAD_TO_SIGMA = 1.4826
RELATIVE_FLOOR = 0.01
ABSOLUTE_FLOOR = 1e-6


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


def score(values: Sequence[float], baseline: Sequence[float], sustained: int = SUSTAINED) -> Anomaly:
    """Score values (n,) against a baseline (m,), both in the same unit, oldest first.

    The scale is the median absolute deviation, with a floor of 1 % of the median so that a flat
    baseline does not make noise infinite. Values that are not finite count for nothing. `sustained` is how
    many values in a row at the end make an excursion.
    """
    known = np.asarray(baseline, dtype=float)
    known = known[np.isfinite(known)]
    if known.size == 0 or len(values) == 0:
        return Anomaly(score=0.0, onset=None, baseline=0.0)
    median = float(np.median(known))
    spread = MAD_TO_SIGMA * float(np.median(np.abs(known - median)))
    scale = max(spread, RELATIVE_FLOOR * abs(median), ABSOLUTE_FLOOR)
    raw = (np.asarray(values, dtype=float) - median) / scale
    z = np.where(np.isfinite(raw), raw, 0.0)
    onset = _onset(z, sustained)
    largest = float(np.max(np.abs(z[onset or 0 :])))
    return Anomaly(score=largest, onset=onset, baseline=median, scale=scale, rising=bool(z[-1] > 0))


def _onset(z: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", sustained: int) -> int | None:
    """Where the run of same-signed |z| above the threshold that ends the series (n,) begins."""
    if abs(z[-1]) <= THRESHOLD:
        return None
    inside = (np.sign(z) == np.sign(z[-1])) & (np.abs(z) > THRESHOLD)
    outside = np.flatnonzero(~inside)
    first = int(outside[-1]) + 1 if outside.size else 0
    return first if z.size - first >= sustained else None
