"""Root causes on call graphs small enough to work out by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.analysis.excess import Harm, measure_excess
from shared.analysis.root_cause import rank
from shared.analysis.trace import trace
from shared.domain.service import Measure, Service, ServiceCatalogue
from shared.ports.telemetry import Series
from shared.workflow.opening import Outcome
from tests.e2e.storefront import Street

START = datetime(2026, 1, 1, tzinfo=UTC)
PERIOD = timedelta(minutes=5)
NORMAL = 100
SPLIT = START + NORMAL * PERIOD


def graph(**calls):
    return ServiceCatalogue(
        services=tuple(Service(name=name, application="a", depends_on=to) for name, to in calls.items())
    )


SHOP = graph(web=("cart", "pay"), cart=("db",), pay=("db",), db=())


def series(service, measure, before, *now):
    """A flat past with some noise in its third digit (none at 0 or 1), then these values."""
    noise = [0.0 if before in (0, 1) else 0.001 * before * (index % 3 - 1) for index in range(NORMAL)]
    values = [before + one for one in noise] + list(now)
    return Series(
        service, measure, tuple(START + index * PERIOD for index in range(len(values))), tuple(values)
    )


def measured(measure=Measure.LATENCY, /, **services):
    """Service -> (requests, usually, now)."""
    found = []
    for name, (requests, usually, now) in services.items():
        found.append(series(name, measure, usually, now))
        if requests is not None:
            found.append(Series(name, Measure.TRAFFIC, found[-1].times, (requests,) * (NORMAL + 1)))
    return found


def names(found):
    return [one.service for one in found.suspects] if found else None


def test_what_callees_do_is_taken_off_as_a_profiler_does():
    found = rank(SHOP, {"web": 100, "cart": 60, "pay": 30, "db": 20}, "web")
    assert [(one.service, one.score) for one in found] == [
        ("cart", 40),  # 60 - 20
        ("db", 20),
        ("pay", 10),  # 30 - 20
        ("web", 10),  # 100 - 60 - 30
    ]
    assert [one.root for one in found] == [False, True, False, False]
    assert found[1].explains == 3


def test_a_callee_that_got_better_explains_nothing():
    assert rank(graph(a=("b",), b=()), {"a": 10, "b": -50}, "a")[0].score == 10


def test_of_equals_the_saturated_one_comes_first_then_the_name():
    equal = {"cart": 9, "pay": 9}
    assert [one.service for one in rank(SHOP, equal, "web")] == ["cart", "pay"]
    assert [one.service for one in rank(SHOP, equal, "web", frozenset({"pay"}))] == ["pay", "cart"]


def test_nothing_is_blamed_deeper_than_five_calls():
    line = graph(**{f"s{n}": (f"s{n + 1}",) for n in range(6)}, s6=())
    assert rank(line, {"s6": 99}, "s0") == ()
    assert rank(line, {"s5": 99}, "s0")[0].service == "s5"


def test_a_cycle_ends_and_a_call_to_oneself_explains_nothing():
    found = rank(graph(a=("b",), b=("a", "b")), {"a": 9, "b": 5}, "a")
    assert [(one.service, one.score) for one in found] == [("a", 4), ("b", -4)]


def test_excess_is_deviation_times_requests():
    found = measure_excess(measured(web=(200, 0.1, 0.25)), SHOP, "web", Harm.LATENCY, SPLIT)
    assert found.now["web"] == pytest.approx([30.0])  # 0.15 s more for each of 200
    assert len(found.before["web"]) == NORMAL


def test_a_rare_call_that_is_far_slower_is_not_the_cause_of_a_common_one_that_is_a_little_slower():
    shop = graph(web=("pay", "db"), pay=(), db=())
    data = measured(web=(500, 0.1, 0.12), pay=(1, 1.0, 3.0), db=(1000, 0.005, 0.015))
    assert names(trace(data, shop, "web", SPLIT)) == ["db", "pay", "web"]  # 10 s, 2 s, -2 s of waiting


def test_a_callee_that_is_anomalous_with_few_requests_leaves_the_blame_with_its_caller():
    data = measured(web=(100, 0.1, 0.6), cart=(100, 0.05, 0.55), db=(2, 0.01, 0.5))
    assert names(trace(data, SHOP, "web", SPLIT))[0] == "cart"


def test_a_drop_of_availability_far_below_one_percent_is_followed():
    data = measured(Measure.AVAILABILITY, web=(500, 1, 0.994), cart=(300, 1, 0.99), db=(900, 1, 1.0))
    found = trace(data, SHOP, "web", SPLIT)
    assert (found.harm, found.first) == (
        Harm.FAILURES,
        "cart",
    )  # 3 failed requests in both: none is web's own


def test_errors_and_availability_of_one_service_are_one_harm_and_per_cent_is_a_share():
    both = measured(Measure.ERRORS, web=(100, 0, 0.1)) + measured(Measure.AVAILABILITY, web=(100, 1, 0.9))
    percent = measured(Measure.AVAILABILITY, web=(100, 100.0, 90.0))
    for data in (both, percent):
        assert measure_excess(data, SHOP, "web", Harm.FAILURES, SPLIT).now["web"][0] == pytest.approx(
            10, abs=0.1
        )


def test_the_harm_that_is_most_unusual_at_the_entry_is_followed():
    waiting = measured(web=(100, 0.1, 0.101), cart=(100, 0.05, 0.0512))
    failing = measured(Measure.ERRORS, web=(100, 0.01, 0.2), pay=(100, 0.01, 0.2))
    assert names(trace(waiting + failing, SHOP, "web", SPLIT))[0] == "pay"
    assert names(trace(waiting + failing, SHOP, "web", SPLIT, harms=[Harm.LATENCY]))[0] == "cart"


def test_of_two_harms_that_never_were_before_failing_counts_before_waiting():
    data = measured(web=(100, 0.0, 0.5), cart=(100, 0.0, 0.5)) + measured(
        Measure.ERRORS, web=(100, 0, 0.01), pay=(100, 0, 0.01)
    )
    assert trace(data, SHOP, "web", SPLIT).first == "pay"


def test_what_is_not_a_millionth_of_a_request_is_rounding():
    assert trace(measured(Measure.ERRORS, web=(100, 0, 1e-12)), SHOP, "web", SPLIT) is None


def test_what_the_entry_often_does_is_noise():
    often = [0.1, 0.1, 0.1, 0.3] * 25
    times = tuple(START + index * PERIOD for index in range(NORMAL + 1))
    web = Series("web", Measure.LATENCY, times, (*often, 0.25))
    assert trace([web, *measured(db=(1, 0.01, 9.0))], SHOP, "web", SPLIT) is None


def test_three_times_the_requests_make_no_noise_look_rare():
    times = tuple(START + index * PERIOD for index in range(NORMAL + 1))
    noisy = [0.1 + 0.001 * (index % 20) for index in range(NORMAL)]
    web = Series("web", Measure.LATENCY, times, (*noisy, 0.117))
    for usual, now in ((100.0, 100.0), (100.0, 300.0)):
        traffic = Series("web", Measure.TRAFFIC, times, (*[usual] * NORMAL, now))
        assert trace([web, traffic], SHOP, "web", SPLIT) is None


@pytest.mark.parametrize(("earlier", "silent"), [([], False), ([3], False), ([3, 50], True), ([3, 5], False)])
def test_what_began_in_more_than_a_hundredth_of_the_past_is_noise(earlier, silent):
    times = tuple(START + index * PERIOD for index in range(NORMAL + 1))
    past = [0.5 if index in earlier else 0.1 for index in range(NORMAL)]
    web = Series("web", Measure.LATENCY, times, (*past, 0.4))
    assert (trace([web], SHOP, "web", SPLIT) is None) is silent


def test_better_than_usual_or_nothing_known_says_nothing():
    assert trace(measured(web=(100, 0.1, 0.05)), SHOP, "web", SPLIT) is None
    assert trace([], SHOP, "web", SPLIT) is None
    assert trace(measured(db=(100, 0.1, 0.5)), SHOP, "web", SPLIT) is None


def test_who_counts_no_requests_gets_those_of_the_nearest_callers():
    data = measured(web=(100, 0.1, 0.5), cart=(40, 0.05, 0.1), pay=(60, 0.05, 0.1), db=(None, 0.01, 0.02))
    found = measure_excess(data, SHOP, "web", Harm.LATENCY, SPLIT)
    assert found.now["db"][0] == pytest.approx(1.0)  # 0.01 s for each of 40 + 60


def test_without_any_requests_all_weigh_the_same():
    data = measured(web=(None, 0.1, 0.5), cart=(None, 0.05, 0.44))
    assert measure_excess(data, SHOP, "web", Harm.LATENCY, SPLIT).now["cart"][0] == pytest.approx(0.39)
    assert names(trace(data, SHOP, "web", SPLIT))[0] == "cart"


def test_without_callers_that_count_the_mean_of_all_stands_in():
    data = measured(web=(None, 0.1, 0.5), cart=(40, 0.05, 0.1), pay=(60, 0.05, 0.1))
    assert measure_excess(data, SHOP, "web", Harm.LATENCY, SPLIT).now["web"][0] == pytest.approx(0.4 * 50)


def test_a_service_without_a_value_in_the_last_period_is_not_blamed_for_an_older_one():
    stale = series("db", Measure.LATENCY, 0.01)
    data = [*measured(web=(100, 0.1, 0.5)), Series("db", stale.measure, stale.times[:-5], stale.values[:-5])]
    assert names(trace(data, SHOP, "web", SPLIT)) == ["web"]


@pytest.mark.parametrize(
    ("service", "measure"), [("web", Measure.LATENCY), ("checkout", Measure.ERRORS), ("web", Measure.TRAFFIC)]
)
def test_an_alarm_that_rings_for_nothing_in_a_rush_is_left_alone(service, measure):
    street = Street()
    street.patient.impose(traffic=3.0)
    street.wait(12)
    assert street.alarm(service, measure) is Outcome.DISMISSED
