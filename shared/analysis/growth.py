"""Whether a measure climbed to where it is: up and up, as what is never let go of does, not in one step."""

from collections.abc import Sequence
from math import sqrt

import numpy as np

MOST_OF_THE_WAY = 0.95
FEWEST = 5
SURE = 2.33
"""Standard deviations of Kendall's S beyond which a trend is no chance: one in a hundred."""


def climbed(values: Sequence[float], baseline: float) -> bool:
    """Whether values (n,), oldest first, rose bit by bit from their baseline to their highest level.

    The Mann-Kendall trend test (Mann 1945, Nonparametric Tests Against Trend) over the way up, which is
    what comes before the first value that is nearly at the top: how long it has stayed there says nothing.
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    if known.size == 0 or known.max() <= baseline:
        return False
    top = baseline + MOST_OF_THE_WAY * (known.max() - baseline)
    way = known[: int(np.argmax(known >= top)) + 1]
    count = way.size
    pairs = float(np.triu(np.sign(way[None, :] - way[:, None]), 1).sum())
    return count >= FEWEST and pairs > SURE * sqrt(count * (count - 1) * (2 * count + 5) / 18)
