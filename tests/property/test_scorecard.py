"""Intervals hold what was seen, and a wrong action more never earns anything."""

from datetime import timedelta
from itertools import combinations
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from shared.analysis.intervals import middle, share
from shared.analysis.scorecard import Case, Grade, scorecard
from shared.domain.autonomy import Autonomy, LevelChange, Levels, Promotion
from shared.domain.service import Tier
from tests.sample import NOON

COUNTS = st.integers(0, 200).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))
THOUSANDTHS = st.integers(0, 1000)
RULES = st.builds(
    Promotion,
    least_incidents=st.integers(1, 30),
    precision_at_least=THOUSANDTHS,
    wrong_action_at_most=THOUSANDTHS,
)
NEVER_CHANGED = Levels()
GRADES = st.lists(st.sampled_from([*Grade, None]), max_size=60)


def row(grades, rule, levels=NEVER_CHANGED, minutes=1):
    found = [
        Case(f"INC-{n}", "restart", Tier.CRITICAL, NOON + timedelta(minutes=minutes), False, grade)
        for n, grade in enumerate(grades)
    ]
    rows = scorecard(found, rule, levels, lambda _runbook, _tier: Autonomy.ADVISE)
    return next(iter(rows), None)


@given(COUNTS)
def test_a_share_is_in_its_interval_which_is_one_of_shares(counts):
    found = share(*counts)
    assert 0 <= found.low <= found.high <= 1000
    assert found.low * found.total <= 1000 * found.count <= found.high * found.total


@given(COUNTS)
def test_one_more_success_raises_both_ends_and_one_more_failure_lowers_them(counts):
    count, total = counts
    now, up, down = share(count, total), share(count + 1, total + 1), share(count, total + 1)
    assert up.low >= now.low
    assert up.high >= now.high or not total
    assert down.low <= now.low
    assert down.high <= now.high


@given(st.lists(st.floats(-1e6, 1e6), max_size=40))
def test_a_median_is_between_two_of_the_values_once_there_are_six(values):
    found = middle(values)
    assert (found is None) == (len(values) < 6)
    if found:
        assert found.low <= found.value == median(values) <= found.high
        assert {found.low, found.high} <= set(values)


def test_the_interval_of_a_median_holds_it_in_19_of_20_samples_exactly():
    """Over every sample of 6 and 9 of which each value is as likely above the true median as below it."""
    for n in (6, 9):
        held = 0
        for size in range(n + 1):
            for above in combinations(range(n), size):
                found = middle([1.0 if one in above else -1.0 for one in range(n)])
                held += found.low <= 0 <= found.high
        assert held / 2**n >= 0.95


@given(GRADES, RULES, st.integers(0, 60))
def test_one_more_wrong_action_never_promotes(grades, rule, where):
    before = row(grades, rule)
    after = row([*grades[:where], Grade.WRONG, *grades[where:]], rule)
    assert after.promote_to is None or before.promote_to == after.promote_to


@given(GRADES, RULES)
def test_one_more_right_action_never_takes_a_promotion_away(grades, rule):
    before = row(grades, rule)
    assert before is None or before.promote_to is None or row([*grades, Grade.RIGHT], rule).promote_to


@given(GRADES, RULES)
def test_what_nobody_has_graded_changes_nothing(grades, rule):
    known = [grade for grade in grades if grade]
    if known:
        assert row(grades, rule).missing == row(known, rule).missing


@given(GRADES, st.sampled_from(["set", "demoted"]))
def test_each_level_is_earned_anew(grades, how):
    change = LevelChange(
        runbook="restart", tier=Tier.CRITICAL, level=Autonomy.ADVISE, reason="r", by="ada", at=NOON
    )
    levels = Levels(**{how: (change,)})
    assert row(grades, Promotion(), levels, minutes=0).cases == ()
    assert len(row(grades, Promotion(), levels).cases) == len(grades)
