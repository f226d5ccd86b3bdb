"""What happened in short: in the present tense while it happens."""

import pytest

from shared.views.sentences import five
from tests.views.house import sample


def told(name):
    seen = sample(name)
    [row] = seen.reading.incidents(None, 50, None).incidents
    return five(seen.log.events(row.id, 0, 100))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("voting", "Agents are voting now, in round 1: nothing is decided yet."),
        ("voting", "Nothing is executed yet"),
        ("investigating", "No remedy is voted on yet: agents are still looking."),
    ],
)
def test_what_is_not_decided_yet_is_not_told_as_decided(name, said):
    sentences = told(name)
    assert [one for one in sentences if one.startswith(said)], sentences
    assert not [one for one in sentences if "nothing was decided" in one or "Nothing was executed" in one]


def test_what_an_undo_came_to_says_that_it_is_still_felt():
    whole = " ".join(told("backfired"))
    assert "the target is as it was before the remedy; people still feel the trouble:" in whole
