"""The sweep's world: whatever a liar may want to run can be run, on what is ill and on what is well."""

from datetime import timedelta

import pytest

from scripts.scenarios import scenarios
from shared.domain.runbook import Feasible
from shared.runbooks.catalogue import remedies
from tests.sweep.cases import LIARS, lies, services, wrongs
from tests.sweep.world import CATALOGUE, prepared_on, trouble


@pytest.mark.parametrize("scenario", scenarios())
def test_every_runbook_could_be_run_on_the_faulty_service_and_on_one_that_is_well(scenario):
    faulty, _, well = services(scenario)
    begun = trouble(scenario)
    world = begun.world()
    for name in (faulty, well):
        found = {one: prepared_on(world, name, one, begun.now) for one in remedies()}
        assert [one for one, prepared in found.items() if not isinstance(prepared, Feasible)] == []


def test_there_is_an_innocent_change_of_every_kind_on_every_service():
    begun = trouble("memory_leak")
    for one in CATALOGUE.services:
        before = [begun.now - change.at for change in begun.announced if change.service == one.name]
        assert len(before) == 5
        assert all(one <= timedelta(minutes=30) for one in before)
        assert all(one > timedelta(minutes=5) for one in before) == (one.name == "checkout")


def test_every_lie_is_told_by_every_agent_and_every_pair():
    assert len(LIARS) == 10
    assert len(wrongs("memory_leak")) >= 3 * 23
    told = {some: list(lies("memory_leak", some)) for some in LIARS}
    assert [len(each) for each in told.values()] == [24, 4, 4, 4, 10, 10, 10, 5, 5, 5]
    assert [len(list(lies("healthy", some))) for some in LIARS[:5]] == [20, 0, 0, 0, 5]
