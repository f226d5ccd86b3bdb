"""Whether an agent behaves as it always did: calibration and approval rate against its own history.

Both tests are exact in integers and hold for every exchangeable history, however small: they ask how rare
the last ballots are among all that these ballots' own order could have given. An agent that has always
lied is normal by this measure; what it cannot do is begin to. Each test fails at most about one history in
a hundred by chance; asked after every ballot, an honest agent is accused about three times in a thousand.
"""

from collections.abc import Sequence
from itertools import accumulate
from math import comb

from shared.ports.standing import PastBallot

LAST = 20
"""Ballots that are tested."""
LEAST_BEFORE = 30
"""Ballots before them, without which there is no history to compare with."""
LEAST_RESOLVED = 5
"""Resolved approvals among the last: one failure after a hundred successes is rare and no behaviour."""
RARE = 100
"""A test is failed by what has a chance of at most one in this many: the 99 % band."""
STEPS = 100
"""Quadratic scores are rounded to 1/100 for the test, which stays exact for the rounded ones."""


def brier(history: Sequence[PastBallot]) -> float | None:
    """Mean quadratic score of the resolved approvals, 0 (best) to 1; None without any.

    Brier (1950), Verification of Forecasts Expressed in Terms of Probability.
    """
    scores = _scores(history)
    return sum(scores) / len(scores) / 1_000_000 if scores else None


def anomaly(history: Sequence[PastBallot]) -> str | None:
    """What sets the last 20 ballots apart from the 30 or more before them, in words; None if nothing does.

    `history` is oldest first.
    """
    before, last = history[:-LAST], history[-LAST:]
    if len(before) < LEAST_BEFORE:
        return None
    return _unusual_approval(before, last) or _worse_calibration(before, last)


def _unusual_approval(before: Sequence[PastBallot], last: Sequence[PastBallot]) -> str | None:
    used, now = sum(one.approved for one in before), sum(one.approved for one in last)
    low, high = approval_band(used, len(before), len(last))
    if low <= now <= high:
        return None
    return (
        f"approved {now} of its last {len(last)} ballots; after {used} of the {len(before)} before, "
        f"99 % of the time it is {low} to {high}"
    )


def approval_band(used: int, of: int, last: int) -> tuple[int, int]:
    """The fewest and most approvals among `last` more ballots that are not rare after `used` in `of`.

    Each tail beyond them has a chance of at most 0.5 %. The posterior predictive of a binomial under
    Laplace's uniform prior (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.1 and 2.4) is beta-binomial:
    P(k) = C(used + k, k) C(of - used + last - k, last - k) / C(of + last + 1, last), here as whole numbers.
    """
    ways = [comb(used + k, k) * comb(of - used + last - k, last - k) for k in range(last + 1)]
    every = comb(of + last + 1, last)
    low = sum(2 * RARE * tail <= every for tail in accumulate(ways))
    high = last - sum(2 * RARE * tail <= every for tail in accumulate(reversed(ways)))
    return low, high


def _worse_calibration(before: Sequence[PastBallot], last: Sequence[PastBallot]) -> str | None:
    earlier, recent = _scores(before), _scores(last)
    if len(recent) < LEAST_RESOLVED or not is_worse(earlier, recent):
        return None
    return (
        f"Brier score {brier(last):.2f} over its last {len(recent)} resolved approvals, "
        f"{brier(before):.2f} over the {len(earlier)} before: by chance at most once in {RARE}"
    )


def is_worse(earlier: Sequence[int], recent: Sequence[int]) -> bool:
    """Whether at most 1 % of the ways to choose as many scores from all of these sum to as much as `recent`.

    Scores are in millionths, more is worse. This is Pitman's permutation test (1937), its distribution
    counted exactly by the shift algorithm (Pagano and Tritchler 1983, On Obtaining Permutation
    Distributions in Polynomial Time). For each number chosen, one long integer holds in lane s how many
    choices sum to s: adding a score to all of them is one shift.
    """
    steps = [round(score * STEPS / 1_000_000) for score in (*recent, *earlier)]
    size, found = len(recent), sum(steps[: len(recent)])
    if found * len(steps) <= sum(steps) * size:
        return False  # no worse than the mean of all
    every = comb(len(steps), size)
    lane = every.bit_length()
    counts = [1] + [0] * size
    for chosen, step in enumerate(steps, start=1):
        for number in range(min(chosen, size), 0, -1):
            counts[number] += counts[number - 1] << lane * step
    as_bad = counts[size] >> lane * found
    mask = (1 << lane) - 1
    ways = 0
    while as_bad:
        ways += as_bad & mask
        as_bad >>= lane
    return RARE * ways <= every


def _scores(history: Sequence[PastBallot]) -> list[int]:
    """(confidence - outcome)^2 of each resolved approval, in millionths."""
    resolved = [one for one in history if one.approved and one.outcome is not None]
    return [(one.confidence - 1_000 * bool(one.outcome)) ** 2 for one in resolved]
