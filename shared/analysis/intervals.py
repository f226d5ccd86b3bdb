"""Intervals of 95 %, which need no assumption about what they are of."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, comb, floor, sqrt
from statistics import median

Z = 1.959964
"""Standard deviations of a normal distribution that leave 2.5 % on each side."""
TAIL = 0.025


@dataclass(frozen=True)
class Share:
    """`count` of `total`, and what the true share may be: thousandths, rounded outwards."""

    count: int
    total: int
    low: int
    high: int


@dataclass(frozen=True)
class Middle:
    """A median and what the true one may be, in the unit of the values."""

    value: float
    low: float
    high: float


def share(count: int, total: int) -> Share:
    """Wilson's interval of a share; of nothing it is everything.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if total == 0:
        return Share(0, 0, 0, 1000)
    at, spread = count / total, Z * Z / total
    centre = (at + spread / 2) / (1 + spread)
    half = Z * sqrt(at * (1 - at) / total + spread / (4 * total)) / (1 + spread)
    low = 0 if count == 0 else floor(1000 * max(0.0, centre - half))
    high = 1000 if count == total else ceil(1000 * min(1.0, centre + half))
    return Share(count, total, low, high)


def middle(values: Sequence[float]) -> Middle | None:
    """The median between two of the values; None of fewer than six, which bound nothing at 95 %.

    The k-th smallest and largest hold the true median unless fewer than k of n fell on one side of it.
    H. A. David, H. N. Nagaraja, Order Statistics, 7.1 (2003).
    """
    ordered, n = sorted(values), len(values)
    beyond, k = 0.0, 0
    while k < n:
        beyond += comb(n, k) / 2**n
        if beyond > TAIL:
            break
        k += 1
    return Middle(median(ordered), ordered[k - 1], ordered[n - k]) if k else None
