"""Anomalies and root causes on series and graphs small enough to check by hand."""

import pytest

from shared.analysis.anomaly import score
from shared.analysis.root_cause import rank
from shared.domain.service import Service, ServiceCatalogue

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


def graph(**calls):
    return ServiceCatalogue(
        services=tuple(Service(name=name, application="a", depends_on=to) for name, to in calls.items())
    )


SHOP = graph(web=("cart", "pay"), cart=("db",), pay=("db",), db=())


def test_the_anomalous_service_without_anomalous_callees_comes_first():
    found = rank(SHOP, {"web": 30, "cart": 20, "pay": 10, "db": 6}, "web")
    assert [one.service for one in found] == ["db", "cart", "pay", "web"]
    assert [one.root for one in found] == [True, False, False, False]
    assert found[0].explains == 3


def test_ties_go_by_score_then_name_whatever_the_order_of_the_scores():
    assert [one.service for one in rank(SHOP, {"pay": 9, "cart": 9}, "web")] == ["cart", "pay"]
    assert [one.service for one in rank(SHOP, {"cart": 9, "pay": -10}, "web")] == ["pay", "cart"]


def test_nothing_is_blamed_deeper_than_five_calls():
    line = graph(**{f"s{n}": (f"s{n + 1}",) for n in range(6)}, s6=())
    assert rank(line, {"s6": 99}, "s0") == ()
    assert rank(line, {"s5": 99}, "s0")[0].service == "s5"


def test_a_cycle_ends():
    assert len(rank(graph(a=("b",), b=("a",)), {"a": 9, "b": 9}, "a")) == 2
