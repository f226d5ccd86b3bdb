"""What faulty agents can force, and what they can stop."""

from functools import cache

import pytest

from shared.domain.model import AgentName
from tests.model.agents import FAULTY, Behaviour
from tests.model.faulty_sets import Table, sets
from tests.model.linking import link

DISSENTS = {Behaviour.LYING, Behaviour.COLLUDING, Behaviour.FORGING}
"""What in the mouth of diagnosis is a dissent: then nothing but diagnosis's own remedy could win."""


@cache
def table():
    return Table(link())


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("how", [Behaviour.LYING, Behaviour.COLLUDING])
def test_one_or_two_agents_force_nothing(size, how):
    for faulty in sets(size):
        assert not table().cell(faulty, (how,) * size).forced


@pytest.mark.parametrize("how", [Behaviour.LYING, Behaviour.COLLUDING])
def test_three_agents_force_what_they_like_when_they_are_a_quorum_and_else_nothing(how):
    for faulty in sets(3):
        assert table().cell(faulty, (how,) * 3).forced == (AgentName.DIAGNOSIS in faulty)


@pytest.mark.parametrize("how", FAULTY)
def test_one_faulty_agent_does_not_stop_three_that_are_convinced_unless_diagnosis_dissents(how):
    for faulty in sets(1):
        if not (faulty == (AgentName.DIAGNOSIS,) and how in DISSENTS):
            assert table().cell(faulty, (how,)).live, faulty
