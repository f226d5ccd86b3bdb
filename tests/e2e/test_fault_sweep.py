"""Wherever a function dies: one action at most, no lease and no live credential left, and never silence."""

import pytest

from tests.e2e.sweep import STORIES, Guillotine, backfires, cured, faults_of

pytestmark = pytest.mark.long

POLLING = 140
"""After so many calls a story only looks whether something has ended, again and again."""


def calls(story) -> int:
    whole = Guillotine()
    assert faults_of(story(worn=whole)) == []
    return len(whole.calls)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("story", STORIES, ids=lambda one: one.__name__)
@pytest.mark.faults
def test_a_function_dies_once_at_any_of_its_calls(story, after):
    found = {}
    total = calls(story)
    for at in (*range(1, min(total, POLLING) + 1), *range(POLLING, total + 1, 29)):
        blade = Guillotine(at, after)
        faults = faults_of(story(worn=blade))
        if faults:
            found[at, blade.calls[at - 1]] = faults
    assert found == {}, f"{len(found)} of {total}"


@pytest.mark.parametrize(
    ("story", "at", "after"), [(cured, 30, True), (cured, 45, False), (backfires, 60, True)]
)
def test_a_function_dies_once_at_some_of_its_calls(story, at, after):
    blade = Guillotine(at, after)
    assert faults_of(story(worn=blade)) == []
    assert len(blade.calls) > at
