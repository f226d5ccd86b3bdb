"""The protocol, exhaustively: every behaviour, order and crash point; and what must hold in every state."""

import pytest

from tests.model.explore import SCOPES, all_starts, explore
from tests.model.linking import link


@pytest.mark.long
@pytest.mark.parametrize(("faulty", "crashes"), SCOPES)
def test_no_run_breaks_a_property(faulty, crashes):
    explored = explore(link(), all_starts((faulty,), crashes))
    assert explored.states > 5_000
    assert not explored.found, "\n".join(map(str, explored.found.values()))
