"""Behaviour against its own history: by hand, by brute force, and false alarms counted."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.analysis.behaviour import anomaly, approval_band, brier, is_worse
from shared.ports.standing import PastBallot

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Kind = tuple[int, bool, bool | None]  # confidence, approved, outcome

RIGHT, WRONG, ABSTAINED = (900, True, True), (900, True, False), (400, False, None)


def history(*kinds: Kind) -> list[PastBallot]:
    return [
        PastBallot(
            at=NOW + timedelta(minutes=number),
            incident_id=f"INC-{number}",
            attempt=1,
            round=1,
            confidence=confidence,
            choice="a" * 64 if approved else None,
            outcome=outcome,
        )
        for number, (confidence, approved, outcome) in enumerate(kinds)
    ]


def test_brier_is_the_mean_square_over_resolved_approvals_only():
    unresolved, dissent = (500, True, None), (900, False, False)
    assert brier(history(RIGHT, WRONG, unresolved, dissent)) == pytest.approx((0.01 + 0.81) / 2)
    assert brier(history(unresolved)) is None


def test_the_band_is_laplaces_rule_of_succession_for_one_more_ballot():
    assert approval_band(0, 0, 1) == (0, 1)
    assert approval_band(0, 198, 1) == (0, 0)  # 1 / 200
    assert approval_band(0, 197, 1) == (0, 1)  # 1 / 199
    assert approval_band(198, 198, 1) == (1, 1)


@given(st.integers(0, 180), st.integers(0, 180))
def test_the_band_holds_the_usual_share_and_is_symmetric(one, other):
    used, of = min(one, other), max(one, other)
    low, high = approval_band(used, of, 20)
    assert 0 <= low <= high <= 20
    assert approval_band(of - used, of, 20) == (20 - high, 20 - low)
    assert low <= round(20 * (used + 1) / (of + 2)) <= high


def test_one_failure_is_rare_after_ninety_nine_successes_and_not_after_ninety_eight():
    assert is_worse([0] * 99, [1_000_000])
    assert not is_worse([0] * 98, [1_000_000])
    assert not is_worse([1_000_000] * 99, [0])
    assert not is_worse([], [1_000_000] * 20)


scores = st.lists(st.sampled_from([0, 10_000, 40_000, 490_000, 810_000, 1_000_000]), min_size=1, max_size=9)


@given(scores, st.lists(st.sampled_from([490_000, 1_000_000]), min_size=1, max_size=4))
def test_the_permutation_test_counts_what_brute_force_counts(earlier, recent):
    every = [sum(chosen) for chosen in combinations([*earlier, *recent], len(recent))]
    rare = 100 * sum(one >= sum(recent) for one in every) <= len(every)
    worse = sum(recent) * len(earlier) > sum(earlier) * len(recent)
    assert is_worse(earlier, recent) == (rare and worse)


def test_a_liar_is_found_by_its_calibration():
    honest = [RIGHT, RIGHT, RIGHT, RIGHT, WRONG] * 8
    lies = [(950, True, False)] * 3 + [(950, True, True)]
    found = anomaly(history(*honest, *lies * 5))
    assert found == (
        "Brier score 0.68 over its last 20 resolved approvals, "
        "0.17 over the 40 before: by chance at most once in 100"
    )


def test_who_begins_to_approve_everything_or_nothing_is_found_by_its_rate():
    third = [(800, True, None), (800, False, None), (800, False, None)] * 13
    found = anomaly(history(*third, *[(800, True, None)] * 20))
    assert (
        found
        == "approved 20 of its last 20 ballots; after 13 of the 39 before, 99 % of the time it is 1 to 14"
    )
    mostly = [(800, True, None), (800, True, None), (800, False, None)] * 13
    assert anomaly(history(*mostly, *[ABSTAINED] * 20)) is not None


def test_becoming_better_is_no_anomaly():
    assert anomaly(history(*[WRONG, RIGHT] * 30, *[RIGHT] * 20)) is None


def test_who_behaves_again_for_twenty_ballots_is_no_longer_accused():
    third = [(800, True, True), (800, False, None), (800, False, None)]
    stamped = history(*third * 13, *[(800, True, False)] * 20)
    assert anomaly(stamped) is not None
    assert anomaly([*stamped, *history(*third * 6, *third[:2])]) is None


def test_without_thirty_ballots_before_the_last_twenty_nothing_is_said():
    begins = [(400, False, None)] * 29, [(950, True, False)] * 20
    assert anomaly(history(*begins[0], *begins[1])) is None
    assert anomaly(history(ABSTAINED, *begins[0], *begins[1])) is not None
    assert anomaly([]) is None


def test_a_few_failures_after_long_success_are_no_behaviour():
    unresolved = (900, True, None)
    assert anomaly(history(*[RIGHT] * 180, *[unresolved] * 19, WRONG)) is None


def agent(rng: Random, approves: float, right: float) -> Kind:
    """A ballot of an agent that never changes; one approval in five is never resolved."""
    if rng.random() >= approves:
        return (rng.randint(0, 499), False, None)
    outcome = rng.random() < right if rng.random() < 0.8 else None
    return (rng.randint(500, 990), True, outcome)


@pytest.mark.parametrize(
    ("approves", "right"), [(0.98, 0.9), (0.7, 0.9), (0.7, 0.6), (0.3, 0.8), (0.05, 0.5)]
)
def test_an_agent_that_never_changes_is_accused_at_most_twice_in_a_hundred(approves, right):
    rng = Random(3)
    runs = [history(*(agent(rng, approves, right) for _ in range(60))) for _ in range(500)]
    accused = sum(anomaly(one) is not None for one in runs)
    assert accused <= 10
