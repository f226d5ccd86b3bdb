"""Every rule that is broken on purpose is found, with a run that shows it."""

import pytest

from tests.model.mutants import MUTANTS, hunt


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.rule)
def test_a_broken_rule_is_found(mutant):
    found = hunt(mutant).found
    assert mutant.breaks in found
    assert len(found[mutant.breaks].trace) > 2, str(found[mutant.breaks])
