"""The breaker, by hand and over generated lives."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.breaker import MOST_TRIALS, OPEN_FOR, TRIAL_ENDS, Breaker, Phase

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def failing(times: int, breaker: Breaker | None = None) -> Breaker:
    breaker = breaker or Breaker()
    for _ in range(times):
        breaker = breaker.failed(NOW)
    return breaker


def half_open(trials: int = 1) -> Breaker:
    breaker = failing(5)
    for _ in range(trials):
        allowed, breaker = breaker.allows(NOW + OPEN_FOR)
        assert allowed
    return breaker


def test_five_failures_in_a_row_open_it_for_thirty_seconds():
    assert failing(4).allows(NOW) == (True, failing(4))
    assert failing(5).allows(NOW + 29 * SECOND) == (False, failing(5))
    allowed, after = failing(5).allows(NOW + 30 * SECOND)
    assert (allowed, after.phase) == (True, Phase.HALF_OPEN)


def test_a_success_forgets_the_failures_before_it():
    assert failing(4).succeeded() == Breaker()
    assert failing(4, failing(4).succeeded()).phase is Phase.CLOSED


def test_half_open_lets_three_calls_through():
    assert half_open(3).allows(NOW + OPEN_FOR) == (False, half_open(3))


def test_two_successes_close_it_and_one_failure_opens_it_again():
    assert half_open(2).succeeded().phase is Phase.HALF_OPEN
    assert half_open(2).succeeded().succeeded() == Breaker()
    later = NOW + OPEN_FOR
    opened = half_open(2).succeeded().failed(later)
    assert opened == Breaker(phase=Phase.OPEN, since=later)
    assert opened.allows(later + 29 * SECOND) == (False, opened)


def test_answers_to_calls_from_before_it_opened_change_nothing():
    opened = failing(5)
    assert opened.succeeded() == opened
    assert opened.failed(NOW + 20 * SECOND) == opened


def test_trials_whose_callers_died_are_replaced_after_the_longest_time_limit():
    start = NOW + OPEN_FOR
    assert half_open(3).allows(start + TRIAL_ENDS - SECOND)[0] is False
    allowed, after = half_open(3).allows(start + TRIAL_ENDS)
    assert (allowed, after.trials, after.successes) == (True, 1, 0)


def test_a_clock_that_ran_an_hour_ahead_does_not_keep_it_open():
    opened = Breaker(phase=Phase.OPEN, since=NOW + timedelta(hours=1))
    assert opened.allows(NOW)[0]
    assert Breaker(phase=Phase.OPEN).allows(NOW)[0]


@pytest.mark.parametrize(
    "bad", [{"failures": 5}, {"trials": 4}, {"successes": 2}, {"since": "2026-01-01T00:00:00"}]
)
def test_a_state_that_no_breaker_can_reach_is_refused(bad):
    with pytest.raises(ValidationError):
        Breaker.model_validate(bad)


steps = st.lists(
    st.tuples(st.sampled_from(["ask", "succeeded", "failed", "lost"]), st.integers(0, 400)), max_size=60
)


def live(life: list[tuple[str, int]]) -> list[tuple[datetime, Breaker, Breaker, bool, list[datetime]]]:
    """Plays a life with steps some seconds apart: (time, before, after, allowed, trials in flight) of each.

    A caller answers a trial or is dead within the longest time limit.
    """
    now, breaker, flying = NOW, Breaker(), []
    seen = []
    for what, seconds in life:
        now += seconds * SECOND
        flying = [at for at in flying if now - at < TRIAL_ENDS]
        before, allowed = breaker, False
        if what == "ask":
            allowed, breaker = breaker.allows(now)
            if allowed and breaker.phase is Phase.HALF_OPEN:
                flying.append(now)
        elif flying or breaker.phase is Phase.CLOSED:
            flying = flying[1:]
            if what != "lost":
                breaker = breaker.succeeded() if what == "succeeded" else breaker.failed(now)
        if breaker.phase is not Phase.HALF_OPEN:
            flying = []  # decided: what still runs belongs to a period that is over
        seen.append((now, before, breaker, allowed, flying))
    return seen


@given(steps)
def test_while_half_open_never_more_than_three_trials_are_in_flight(life):
    assert all(len(flying) <= MOST_TRIALS for *_, flying in live(life))


@given(steps)
def test_it_is_asked_again_after_thirty_seconds_open_and_five_minutes_of_silence(life):
    for now, _, after, _, _ in live(life):
        assert after.allows(now + (OPEN_FOR if after.phase is Phase.OPEN else TRIAL_ENDS))[0]


@given(steps)
def test_open_it_lets_nothing_through_before_its_time(life):
    for now, before, _, allowed, _ in live(life):
        if before.phase is Phase.OPEN and allowed:
            assert now - before.since >= OPEN_FOR


@given(steps)
def test_it_closes_only_after_two_successes_and_opens_only_on_a_failure(life):
    for (what, _), (_, before, after, _, _) in zip(life, live(life), strict=True):
        if before.phase is not Phase.CLOSED and after.phase is Phase.CLOSED:
            assert (what, before.successes) == ("succeeded", 1)
        if before.phase is not Phase.OPEN and after.phase is Phase.OPEN:
            assert what == "failed"


@given(steps)
def test_every_state_survives_being_written_and_read(life):
    for _, _, after, _, _ in live(life):
        assert Breaker.model_validate_json(after.model_dump_json()) == after
