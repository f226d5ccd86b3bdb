"""Each scenario's truth, held against the model and against the way the agents judge."""

from dataclasses import replace

import pytest

from scripts.patient.alarms import ALARMS
from scripts.patient.model import VISITS
from scripts.patient.resources import HEALTHY_PARAMETERS, HEALTHY_TASKS
from scripts.patient.topology import MAX_CONNECTIONS, catalogue
from scripts.scenarios import get, scenarios
from shared.analysis.anomaly import THRESHOLD
from shared.analysis.root_cause import rank
from shared.domain.errors import InvalidConfiguration
from shared.runbooks.catalogue import remedies
from shared.runbooks.scale_out_service import wanted
from tests.patient.paper import PaperStorefront

WINDOW = 20
"""Seconds after a change that an agent looks at."""
TEN_MINUTES = 600
SEEDS = range(5)


def broken(name, seed=1):
    patient = PaperStorefront(seed)
    get(name).break_it(patient)
    return patient


def anomalous(patient, seconds=WINDOW):
    return {name for name, found in patient.judged(seconds).items() if found.anomalous}


def alarms_in(patient):
    (readings,) = patient.run(1)
    return {one.name for one in ALARMS if readings[one.service].values[one.measure] > one.threshold}


def scale_out(patient, service):
    patient.set_desired_count(service, wanted(HEALTHY_TASKS[service]))


def mean(patient, service, field, seconds=60):
    values = [getattr(each[service], field) for each in patient.run(seconds)]
    return sum(values) / len(values)


def test_every_file_is_a_scenario_whose_truth_can_be_true():
    services = {f"ecs/{name}/{what}" for name in HEALTHY_TASKS for what in ("desired", "definition")}
    settable = {*HEALTHY_PARAMETERS, *services}
    for scenario in scenarios().values():
        truth = scenario.truth
        assert truth.restored
        assert set(truth.restored) <= settable
        assert truth.root_cause is None or truth.root_cause in catalogue().by_name
        if truth.cure:
            assert truth.classification in remedies()[truth.cure].runbook.symptoms
            assert (truth.cure, truth.root_cause) in truth.acceptable
        assert bool(truth.acceptable) == (
            truth.root_cause is not None
        )  # nothing is right when nothing is wrong
        for runbook, service in truth.acceptable:
            assert remedies()[runbook].runbook.resource in catalogue().get(service).resources


def test_an_unknown_scenario_is_answered_in_one_line_with_those_there_are():
    with pytest.raises(
        InvalidConfiguration, match=r"^no scenario 'x': choose bad_deployment, database_cascade, "
    ):
        get("x")


@pytest.mark.parametrize("seed", SEEDS)
def test_an_ordinary_day_sets_off_nothing(seed):
    patient = PaperStorefront(seed)
    assert max(found.score for found in patient.judged(TEN_MINUTES).values()) < THRESHOLD
    assert alarms_in(patient) == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_healthy_sets_off_the_traffic_alarm_alone_and_shows_no_symptom_in_ten_minutes(seed):
    patient = broken("healthy", seed)
    assert alarms_in(patient) == {"storefront-web-traffic"}
    assert max(found.score for found in patient.judged(TEN_MINUTES).values()) < THRESHOLD
    assert mean(patient, "checkout", "saturation") > 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_database_cascade_hurts_three_services_and_the_database_ranks_first(seed):
    patient = broken("database_cascade", seed)
    assert alarms_in(patient) == {
        "storefront-web-latency",
        "storefront-checkout-errors",
        "storefront-database-saturation",
    }
    found = patient.judged(WINDOW)
    assert {name for name, one in found.items() if one.anomalous} == {"web", "checkout", "database"}
    suspects = rank(catalogue(), {name: one.score for name, one in found.items()}, "web")
    assert suspects[0].service == get("database_cascade").truth.root_cause
    assert [one.service for one in suspects if one.root] == ["database"]


def test_database_cascade_is_over_one_tick_after_the_parameter_is_back():
    patient = broken("database_cascade")
    patient.run(WINDOW)
    patient.put_parameter(MAX_CONNECTIONS, HEALTHY_PARAMETERS[MAX_CONNECTIONS])
    assert anomalous(patient) == set()
    assert alarms_in(patient) == set()


@pytest.mark.parametrize("service", sorted(HEALTHY_TASKS))
def test_scaling_out_does_not_cure_database_cascade(service):
    patient = broken("database_cascade")
    before = {name: mean(patient, name, "latency") for name in ("web", "database")}
    scale_out(patient, service)
    assert anomalous(patient) == {"web", "checkout", "database"}
    for name, latency in before.items():
        assert mean(patient, name, "latency") > 0.97 * latency


def test_more_checkout_tasks_make_database_cascade_slightly_worse():
    patient = broken("database_cascade")
    before = mean(patient, "database", "errors")
    scale_out(patient, "checkout")
    assert 1.03 < mean(patient, "database", "errors") / before < 1.3


@pytest.mark.parametrize("seed", SEEDS)
def test_remedy_backfires_blames_checkout_and_nothing_that_it_calls(seed):
    patient = broken("remedy_backfires", seed)
    assert alarms_in(patient) == {"storefront-web-latency", "storefront-checkout-errors"}
    found = patient.judged(WINDOW)
    assert {name for name, one in found.items() if one.anomalous} == {"web", "checkout"}
    (first, *_) = rank(catalogue(), {name: one.score for name, one in found.items()}, "web")
    assert (first.service, first.root) == ("checkout", True)
    assert mean(patient, "checkout", "saturation") > 0.95


def test_the_obvious_remedy_doubles_latency_and_errors_and_its_undo_brings_back_the_illness_before():
    patient = broken("remedy_backfires")
    before = {field: mean(patient, "checkout", field) for field in ("latency", "errors")}
    scale_out(patient, "checkout")
    for field, value in before.items():
        assert mean(patient, "checkout", field) > 2 * value
    patient.set_desired_count("checkout", HEALTHY_TASKS["checkout"])
    for field, value in before.items():
        assert mean(patient, "checkout", field) == pytest.approx(value, rel=0.1)
    assert anomalous(patient) == {"web", "checkout"}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("name", "services"),
    [
        ("memory_leak", {"web", "checkout"}),
        ("ddos_attack", {"web"}),
        ("bad_deployment", {"web", "checkout"}),
        ("scale_out_starves_database", {"web", "checkout", "database"}),
        ("restart_meets_cold_cache", {"web", "checkout"}),
        ("rollback_after_migration", {"web", "checkout"}),
    ],
)
def test_what_a_scenario_hurts_is_felt_alarmed_and_lasts(name, services, seed):
    patient = broken(name, seed)
    patient.run(WINDOW)
    assert services <= anomalous(patient) <= services | {"checkout"}
    assert alarms_in(patient) & {"storefront-web-latency", "storefront-checkout-errors"}
    assert anomalous(patient, TEN_MINUTES) >= services


def test_a_leak_climbs_until_tasks_are_killed_and_a_restart_ends_it():
    patient = broken("memory_leak")
    memory = [each["checkout"].memory for each in patient.run(WINDOW)]
    assert memory[0] < 0.5 < memory[4] < memory[8] == pytest.approx(1, abs=0.02)
    patient.restart()
    assert anomalous(patient, TEN_MINUTES) == set()


def test_scaling_out_does_not_cure_a_leak():
    patient = broken("memory_leak")
    patient.run(WINDOW)
    scale_out(patient, "checkout")
    assert anomalous(patient) == {"web", "checkout"}


def test_an_attack_is_over_for_everybody_once_its_range_is_blocked_and_no_customer_is():
    patient = broken("ddos_attack")
    patient.run(WINDOW)
    patient.resources = replace(patient.resources, blocked=True)
    assert anomalous(patient) == set()
    assert mean(patient, "web", "traffic") == pytest.approx(VISITS, rel=0.03)


def test_the_release_before_cures_a_bad_one():
    patient = broken("bad_deployment")
    patient.run(WINDOW)
    patient.deploy("checkout", 1)
    assert anomalous(patient) == set()


def scaled_out(patient):
    scale_out(patient, "checkout")


def restarted(patient):
    patient.restart()


def rolled_back(patient):
    patient.deploy("checkout", 1)


@pytest.mark.parametrize(
    ("name", "remedy", "service", "field"),
    [
        ("scale_out_starves_database", scaled_out, "database", "errors"),
        ("restart_meets_cold_cache", restarted, "database", "errors"),
        ("rollback_after_migration", rolled_back, "checkout", "errors"),
    ],
)
def test_the_obvious_remedy_of_a_trap_makes_it_worse_at_once(name, remedy, service, field):
    patient = broken(name)
    patient.run(WINDOW)
    before = mean(patient, service, field, 10)
    remedy(patient)
    assert mean(patient, service, field, 3) > max(2 * before, 0.1)


@pytest.mark.parametrize(
    "then", [lambda patient: patient.restart(), lambda patient: patient.run(TEN_MINUTES)]
)
def test_a_warm_cache_is_as_full_as_before_soon_after_a_restart(then):
    patient = broken("restart_meets_cold_cache")
    patient.run(WINDOW)
    then(patient)
    patient.run(WINDOW)
    assert mean(patient, "checkout", "memory") > 0.9
    assert "checkout" in anomalous(patient)
