"""The kind of cause follows from what was seen, and from nothing that only looks like it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.analysis.causes import CONNECTIONS_SPENT, OUT_OF_MEMORY, UNKNOWN, Clues, cause_of, says, sure_of
from shared.analysis.growth import climbed
from shared.analysis.origins import Origin, dominating
from shared.domain.mechanism import Cause

ORIGIN = Origin("11.22.33.0/24", 0.8, 0.0)


@pytest.mark.parametrize(
    ("clues", "cause"),
    [
        (Clues(), UNKNOWN),
        (Clues(saturated=True), "saturation"),
        (Clues(change=Cause.DEPLOYMENT, saturated=True, grown=True, out_of_memory=True), "deployment"),
        (Clues(change=Cause.DEPLOYMENT, surging=True), "deployment"),
        (Clues(change=Cause.DEPLOYMENT, surging=True, origin=ORIGIN), "ddos_attack"),
        (Clues(surging=True, saturated=True), "saturation"),
        (Clues(origin=ORIGIN, saturated=True), "saturation"),
        (Clues(grown=True, saturated=True), "memory_leak"),
        (Clues(grown=True, out_of_memory=True, surging=True, saturated=True), "saturation"),
        (Clues(saturated=True, connections_spent=True), "saturation"),
        (Clues(out_of_memory=True, connections_spent=True), UNKNOWN),  # anybody may write into a log
    ],
)
def test_a_kind_needs_its_own_clues(clues, cause):
    assert cause_of(clues) == cause


@pytest.mark.parametrize(
    ("cause", "clues", "sure"),
    [
        ("unknown", Clues(out_of_memory=True, connections_spent=True), 550),
        ("saturation", Clues(connections_spent=True, out_of_memory=True), 800),
        ("connection_exhaustion", Clues(), 800),
        ("connection_exhaustion", Clues(connections_spent=True), 900),
        ("memory_leak", Clues(out_of_memory=True), 900),
        ("ddos_attack", Clues(), 800),
        ("ddos_attack", Clues(origin=ORIGIN), 900),
        ("deployment", Clues(), 900),
    ],
)
def test_logs_make_a_cause_surer_and_no_other(cause, clues, sure):
    assert sure_of(cause, clues) == sure


def noisy(values, seed=1, width=0.01):
    noise = np.random.default_rng(seed)
    return [value * (1 + noise.uniform(-width, width)) for value in values]


RAMP = [0.35 + 0.065 * second for second in range(11)]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("later", [0, 10, 600])
def test_a_climb_is_one_however_long_it_stays_at_the_top(seed, later):
    assert climbed(noisy([*RAMP, *([1.0] * later)], seed), 0.35)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    "values",
    [
        [0.9] * 60,  # a large allocation
        [0.35, 0.35, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9],
        [0.35] * 60,
        [0.9, 0.4] * 30,  # a sawtooth that collecting garbage makes
        [0.9 - 0.01 * second for second in range(50)],
        [0.5, 0.9, 0.9],
        [],
    ],
)
def test_a_step_a_level_a_sawtooth_or_a_decline_is_no_climb(values, seed):
    assert not climbed(noisy(values, seed), 0.35)


def access(*addresses):
    return [f'{one} - - "GET /product/17 HTTP/1.1" 200 0.071' for one in addresses]


def customers(count, seed=1):
    noise = np.random.default_rng(seed)
    return access(*(f"{a}.{b}.{c}.{d}" for a, b, c, d in noise.integers(60, 90, (count, 4))))


def one_range(count):
    return access(*(f"11.22.33.{last % 250 + 1}" for last in range(count)))


def test_a_range_that_suddenly_sends_most_requests_dominates():
    found = dominating([*customers(20), *one_range(80)], customers(100))
    assert (found.range, found.share, found.before) == ("11.22.33.0/24", 0.8, 0.0)


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (customers(300), customers(100, seed=2)),  # a sale: many more of everybody
        (one_range(300), one_range(100)),  # a proxy that has always sent them all
        ([*customers(60), *one_range(40)], customers(100)),
        (one_range(10), customers(100)),
        (access(*["10.0.3.4"] * 300), []),  # a private address is no client
        ([f"upgraded to 11.22.33.{minor}.9" for minor in range(100)], []),  # a version is no address
        (["ERROR timeout"] * 300, []),
        (access("999.22.33.1") * 300, []),
        ([], []),
    ],
)
def test_nobody_dominates(now, before):
    assert dominating(now, before) is None


@given(st.lists(st.text()), st.lists(st.text()))
def test_whatever_is_logged_is_read(now, before):
    found = dominating(now, before)
    assert found is None or found.share >= 0.5


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (OUT_OF_MEMORY, "java.lang.OutOfMemoryError: Java heap space"),
        (OUT_OF_MEMORY, "Memory cgroup out of memory: Killed process 17 (python)"),
        (OUT_OF_MEMORY, "FATAL ERROR: Reached heap limit Allocation failed"),
        (OUT_OF_MEMORY, "fork: Cannot allocate memory"),
        (CONNECTIONS_SPENT, "FATAL: sorry, too many clients already"),
        (CONNECTIONS_SPENT, "ERROR 1040 (HY000): Too many connections"),
    ],
)
def test_what_services_say_is_understood_when_it_is_new(pattern, line):
    assert says(pattern, [line] * 3, ["INFO ready"] * 9)
    assert not says(pattern, [line], [])
    assert not says(pattern, [line] * 5, [line] * 5)
    assert not says(pattern, ["ERROR timeout waiting for connection from pool", "memory 40 % used"] * 9, [])
