"""What every keeper of leases keeps."""

import threading
from datetime import timedelta

import boto3
import pytest

from shared.adapters.aws.dynamodb_locks import DynamodbLocks
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_locks import MemoryLocks
from shared.domain.errors import PortError
from shared.ports.locks import Busy, Lease, Locks


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["local", "aws"])
def locks(request: pytest.FixtureRequest, clock: ManualClock) -> Locks:
    if request.param == "local":
        return MemoryLocks(clock)
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbLocks(client, table, clock)


def test_all_keys_or_none_until_they_are_released(locks: Locks, clock: ManualClock) -> None:
    first = locks.acquire(["database", "checkout"], "I1", 60)
    assert isinstance(first, Lease)
    assert first.until == clock.now() + timedelta(seconds=60)
    assert locks.acquire(["web", "checkout"], "I2", 60) == Busy("checkout", "I1")
    assert isinstance(locks.acquire(["web"], "I3", 60), Lease)  # I2 left nothing behind
    locks.release(["database", "checkout"], "I2")
    assert isinstance(locks.acquire(["checkout"], "I2", 60), Busy)
    locks.release(["database", "checkout", "never"], "I1")
    assert isinstance(locks.acquire(["database", "checkout"], "I2", 60), Lease)


def test_a_lease_ends_by_itself_unless_it_is_renewed(locks: Locks, clock: ManualClock) -> None:
    lease = locks.acquire(["database"], "I1", 60)
    assert isinstance(lease, Lease)
    clock.advance(timedelta(seconds=50))
    assert locks.renew(["database"], "I1", lease.fence, 60)
    clock.advance(timedelta(seconds=50))
    assert isinstance(locks.acquire(["database"], "I2", 60), Busy)
    clock.advance(timedelta(seconds=10))
    assert locks.renew(["database"], "I1", lease.fence, 60) is None
    assert isinstance(locks.acquire(["database"], "I2", 60), Lease)
    assert locks.renew(["database"], "I1", lease.fence, 60) is None


def test_who_takes_its_own_lease_again_fences_its_former_self_off(locks: Locks) -> None:
    former, latter = locks.acquire(["database"], "I1", 60), locks.acquire(["database"], "I1", 60)
    assert isinstance(former, Lease)
    assert isinstance(latter, Lease)
    assert latter.fence > former.fence
    assert locks.renew(["database"], "I1", former.fence, 60) is None
    assert locks.renew(["database"], "I1", latter.fence, 60)


def test_of_many_at_once_one_gets_it(locks: Locks) -> None:
    got: list[str] = []

    def take(owner: str) -> None:
        try:
            if isinstance(locks.acquire(["a", "b"], owner, 60), Lease):
                got.append(owner)
        except PortError:
            pass  # two transactions on the same items: tried again by the caller

    threads = [threading.Thread(target=take, args=(f"I{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_leases_of_another_prefix_are_others_and_so_are_their_fences(
    aws: boto3.Session, table: str, clock: ManualClock
) -> None:
    client = aws.client("dynamodb")
    targets, tellers = DynamodbLocks(client, table, clock), DynamodbLocks(client, table, clock, "TELLING#")
    targets.acquire(["database"], "I1", 60)
    assert tellers.acquire(["database"], "I2", 60) == Lease(1, clock.now() + timedelta(seconds=60))
