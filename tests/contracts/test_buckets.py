"""What every keeper of token buckets keeps."""

import threading
from datetime import timedelta

import pytest

from shared.adapters.aws.dynamodb_buckets import DynamodbBuckets
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_buckets import MemoryBuckets
from shared.ports.buckets import Bucket, Buckets

SLACK = Bucket("slack", per_second=1, burst=5)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["local", "aws"])
def buckets(request: pytest.FixtureRequest, clock: ManualClock) -> Buckets:
    if request.param == "local":
        return MemoryBuckets(clock)
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbBuckets(client, table, clock)


def test_a_burst_at_once_then_one_a_second(buckets: Buckets, clock: ManualClock) -> None:
    assert [buckets.take(SLACK) for _ in range(6)] == [0, 0, 0, 0, 0, 1.0]
    clock.advance(timedelta(seconds=0.4))
    assert buckets.take(SLACK) == pytest.approx(0.6)
    clock.advance(timedelta(seconds=0.6))
    assert [buckets.take(SLACK) for _ in range(2)] == [0, 1.0]


def test_several_tokens_are_taken_together_or_not_at_all(buckets: Buckets) -> None:
    assert [buckets.take(SLACK, 2), buckets.take(SLACK, 2), buckets.take(SLACK, 2)] == [0, 0, 1.0]
    assert buckets.take(SLACK) == 0  # what was refused took nothing


def test_no_more_than_the_burst_is_saved(buckets: Buckets, clock: ManualClock) -> None:
    buckets.take(SLACK)
    clock.advance(timedelta(days=1))
    assert [buckets.take(SLACK) > 0 for _ in range(6)] == [False] * 5 + [True]


def test_buckets_do_not_share(buckets: Buckets) -> None:
    for _ in range(5):
        buckets.take(SLACK)
    assert buckets.take(Bucket("email", per_second=10, burst=50)) == 0
    assert buckets.take(SLACK) > 0


def test_a_clock_that_ran_a_day_ahead_closes_a_bucket_for_a_second_only(
    buckets: Buckets, clock: ManualClock
) -> None:
    clock.advance(timedelta(days=1))
    buckets.take(SLACK)
    clock.advance(timedelta(days=-1))
    assert buckets.take(SLACK) == 1.0
    clock.advance(timedelta(seconds=1))
    assert buckets.take(SLACK) == 0 or buckets.take(SLACK) <= 1.0


def test_of_many_at_once_as_many_get_one_as_there_are(buckets: Buckets) -> None:
    got: list[float] = []
    together = isinstance(buckets, MemoryBuckets)  # moto holds no lock between a condition and its write
    threads = [threading.Thread(target=lambda: got.append(buckets.take(SLACK))) for _ in range(12)]
    for thread in threads:
        thread.start()
        if not together:
            thread.join()
    for thread in threads:
        thread.join()
    assert sorted(got) == [0] * 5 + [1.0] * 7
