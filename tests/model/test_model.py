"""The protocol, exhaustively: every behaviour, order and crash point; and what must hold in every state."""

import pytest

from tests.model.explore import SCOPES, all_starts, explore
from tests.model.linking import link

REPORTED = {"after the handover", "quarantine"}
"""Found by this model and not mended yet (docs/model.md)."""


@pytest.mark.parametrize(("faulty", "crashes"), SCOPES)
def test_no_run_breaks_a_property(faulty, crashes):
    explored = explore(link(), all_starts((faulty,), crashes))
    assert explored.states > 5_000
    found = [str(one) for what, one in explored.found.items() if what not in REPORTED]
    assert not found, "\n".join(found)
