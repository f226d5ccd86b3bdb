"""The storefront's equations: what helps, what does not, and how trouble travels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.patient.model import Conditions, Resources, exact, scaling

HEALTHY = exact(Resources(), Conditions())


@given(
    resources=st.builds(
        Resources,
        max_connections=st.integers(0, 10_000),
        cache_ttl=st.integers(0, 100_000),
        web_tasks=st.integers(0, 50),
        checkout_tasks=st.integers(0, 50),
    ),
    conditions=st.builds(Conditions, traffic=st.floats(0, 100), contention=st.floats(0, 1)),
)
def test_whatever_the_resources_every_measure_is_possible(resources, conditions):
    for reading in exact(resources, conditions).values():
        assert 0 < reading.latency < 60
        assert 0 <= reading.errors <= 1
        assert reading.traffic >= 0
        assert 0 <= reading.saturation <= 1


def test_too_few_connections_hurt_the_database_then_checkout_then_web_and_nobody_else():
    ill = exact(Resources(max_connections=20), Conditions())
    for name in ("database", "checkout", "web"):
        assert ill[name].latency > 3 * HEALTHY[name].latency
        assert ill[name].errors > 0.05
    assert ill["database"].errors > ill["checkout"].errors > ill["web"].errors
    assert ill["database"].saturation == 1
    for name in ("cache", "queue"):
        assert ill[name] == HEALTHY[name]


def test_tasks_share_work_until_they_fight_for_a_lock():
    assert scaling(6, contention=0) == 2 * scaling(3, contention=0)
    assert scaling(3, contention=1) > scaling(4, contention=1) > scaling(5, contention=1)


def test_more_checkout_tasks_hold_more_connections():
    more = exact(Resources(checkout_tasks=5), Conditions())
    assert more["database"].saturation > HEALTHY["database"].saturation


def test_a_short_lived_cache_sends_its_reads_to_the_database():
    cold = exact(Resources(cache_ttl=5), Conditions())
    assert cold["database"].traffic > 5 * HEALTHY["database"].traffic
    assert cold["database"].saturation == 1


@pytest.mark.parametrize("service", ["web", "checkout"])
def test_a_service_without_tasks_answers_nobody(service):
    gone = exact(Resources(**{f"{service}_tasks": 0}), Conditions())
    assert gone[service].errors > 0.97
