"""Incidents that several tests look at: they are run once, and nobody changes them."""

import pytest

from tests.views.house import SAMPLES, Seen, sample


@pytest.fixture(scope="session")
def logs() -> dict:
    """Sample -> the events of its one incident."""
    found = {}
    for name in SAMPLES:
        [found[name]] = sample(name).logs.events.values()
    return found


@pytest.fixture
def resolved() -> Seen:
    return sample("resolved")
