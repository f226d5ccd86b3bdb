"""Where a measure is going: damped trend, and the chance that it is beyond a limit at a horizon."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

LEVEL, TREND, DAMPING = 0.5, 0.2, 0.9
"""Gardner and McKenzie (1985), Forecasting Trends in Time Series: a trend that fades."""
FEWEST = 3


@dataclass(frozen=True)
class Forecast:
    """A value to come, in the unit of the series, with the spread of one-step errors."""

    value: float
    spread: float  # standard deviation, same unit

    def beyond(self, limit: float) -> float:
        """Probability (0..1) of a value above the limit."""
        if self.spread <= 0:
            return 1.0 if self.value > limit else 0.0
        return 1.0 - NormalDist(self.value, self.spread).cdf(limit)


def forecast(values: Sequence[float], steps: int, floor: float) -> Forecast | None:
    """The value `steps` periods after the last of these (oldest first); None with fewer than three.

    `floor` is the smallest spread to believe in, in the unit of the values.
    """
    known = [value for value in values if np.isfinite(value)]
    if len(known) < FEWEST:
        return None
    level, trend = known[0], 0.0
    errors: list[float] = []
    for value in known[1:]:
        expected = level + DAMPING * trend
        errors.append(value - expected)
        before, level = level, expected + LEVEL * (value - expected)
        trend = TREND * (level - before) + (1 - TREND) * DAMPING * trend
    fading = DAMPING * (1 - DAMPING**steps) / (1 - DAMPING)
    return Forecast(value=level + fading * trend, spread=max(float(np.std(errors)), floor))
