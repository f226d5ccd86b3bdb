"""64 writers on one incident, 2,000 appends: no gap, no fork, no loss."""

from scripts.bench.stores import in_memory
from scripts.bench.writers import contest


def test_64_writers_leave_no_gap_no_fork_and_lose_nothing():
    incident_id, logs = in_memory().incident(writers=64)
    result = contest(logs, incident_id, appends=2_000)
    assert (result.gaps, result.forks, result.lost) == (0, 0, 0)
    assert result.appends == 2_000
