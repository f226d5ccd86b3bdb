"""64 writers on one incident, 2,000 appends: no gap, no fork, no loss."""

from scripts.bench.stores import CLOCK, SIGNER, in_memory
from scripts.bench.writers import contest
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.domain.facts import Author


def test_64_writers_leave_no_gap_no_fork_and_lose_nothing():
    incident_id, logs = in_memory().incident(writers=64)
    result = contest(logs, incident_id, appends=2_000)
    assert (result.gaps, result.forks, result.lost) == (0, 0, 0)
    assert result.appends == 2_000


def test_who_lost_races_waits_longer_and_by_chance():
    slept = []
    store = DynamodbEventStore(None, "table", Author.WORKFLOW, SIGNER, CLOCK, sleep=slept.append)
    for lost in range(12):
        for _ in range(40):
            store.give_way(lost)
    limits = [min(2.0, 0.05 * 2**lost) for lost in range(12) for _ in range(40)]
    assert all(0 <= one <= limit for one, limit in zip(slept, limits, strict=True))
    assert len(set(slept)) == len(slept)
