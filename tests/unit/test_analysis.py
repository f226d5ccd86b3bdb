"""Anomalies on series small enough to check by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.analysis.anomaly import score, sustained_points
from shared.analysis.health import readings, settled
from shared.domain.service import Measure
from shared.ports.telemetry import Series

START = datetime(2026, 1, 1, tzinfo=UTC)

QUIET = [10.0, 11.0, 9.0, 10.0, 12.0, 8.0, 10.0, 11.0]


@pytest.mark.parametrize(
    ("values", "onset"),
    [
        ([10, 40, 41, 42], 1),
        ([40, 40, 40], 0),
        ([10, 90, 10, 40, 41, 42], 3),
        ([10, -40, -41, -42], 1),
        ([10, 10, 90, 10], None),
        ([10, 10, 40, 41], None),
        ([10, 40, 41, 42, 10], None),
        ([], None),
    ],
)
def test_only_a_sustained_excursion_that_goes_on_has_an_onset(values, onset):
    assert score(values, QUIET).onset == onset


def test_the_score_is_the_distance_in_robust_deviations():
    assert score([40, 40, 40], QUIET).score == pytest.approx(30 / 1.4826)


def test_a_flat_baseline_makes_no_noise_infinite_and_gaps_count_for_nothing():
    assert not score([100.5, 100.4, 100.5], [100.0] * 9).anomalous
    assert not score([float("nan")] * 5, QUIET).anomalous
    assert not score([1, 1, 1], []).anomalous


def test_of_a_baseline_that_hardly_ever_moves_the_rarest_hundredth_sets_the_scale():
    blips = [1.0] * 95 + [0.94] * 5
    assert not score([0.96], blips, 1, floor=0.001).anomalous
    assert score([0.9], blips, 1, floor=0.001).anomalous
    assert score([0.996], [1.0] * 100, 1, floor=0.001).anomalous


@pytest.mark.parametrize(("seconds", "points"), [(1, 3), (60, 3), (90, 2), (180, 1), (300, 1)])
def test_an_excursion_is_a_span_of_time_and_never_more_than_three_points(seconds, points):
    times = [START + timedelta(seconds=seconds * index) for index in range(10)]
    assert sustained_points(times) == points
    assert sustained_points(times[:1]) == 3


def series(values, measure=Measure.AVAILABILITY, seconds=300):
    times = tuple(START + timedelta(seconds=seconds * index) for index in range(len(values)))
    return Series("shop", measure, times, tuple(values))


def test_a_drop_of_availability_by_half_a_percent_is_felt_at_once_when_a_period_is_long():
    one = series([1.0] * 50 + [0.995])
    (reading,) = readings([one], one.times[50])
    assert (reading.symptom, reading.value, reading.onset) == (True, 0.995, one.times[50])


def test_what_lasts_one_second_is_not_felt():
    one = series([0.1, 0.11, 0.09] * 20 + [0.5], Measure.LATENCY, seconds=1)
    (reading,) = readings([one], one.times[60])
    assert not reading.harmful


def test_settled_asks_for_as_many_values_as_make_an_excursion():
    slow = series([1.0] * 50 + [0.9, 1.0])
    assert settled([slow], slow.times[50], slow.times[51]) is True
    assert settled([slow], slow.times[50], slow.times[50]) is True
    quick = series([0.1, 0.11, 0.09] * 20 + [0.5, 0.1, 0.1], Measure.LATENCY, seconds=1)
    assert settled([quick], quick.times[60], quick.times[61]) is None
    assert settled([quick], quick.times[60], quick.times[60]) is False


def test_without_a_baseline_nothing_has_settled():
    young = series([0.1, 0.11, 0.09] * 20, Measure.LATENCY, seconds=1)
    assert settled([young], young.times[0], young.times[1]) is None
    assert settled([], young.times[0], young.times[1]) is None
