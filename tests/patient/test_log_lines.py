"""The log lines: ordinary in health, and in trouble what the real thing would print."""

import numpy as np

from scripts.patient.log_lines import lines
from scripts.patient.model import Conditions, Resources, observed


def said(resources=None, conditions=None):
    noise = np.random.default_rng(3)
    at = (resources or Resources(), conditions or Conditions())
    seconds = [lines(observed(*at, noise), at[1], noise) for _ in range(20)]
    names = {name for second in seconds for name in second}
    return {name: [line for second in seconds for line in second.get(name, ())] for name in names}


def test_in_health_nothing_but_access_lines_and_checkpoints_is_printed():
    assert not [line for each in said().values() for line in each if not line.startswith(("INFO", "LOG"))]


def test_a_database_without_connections_says_so_and_its_callers_say_what_they_see():
    found = said(Resources(max_connections=20))
    assert any("remaining connection slots are reserved" in line for line in found["database"])
    assert any("timeout waiting for connection from pool" in line for line in found["checkout"])
    assert any("upstream checkout answered 503" in line for line in found["web"])


def test_contention_names_the_lock():
    found = said(conditions=Conditions(contention=1))
    assert any("lock stock-reservation" in line for line in found["checkout"])
    assert not any("FATAL" in line for line in found.get("database", ()))
