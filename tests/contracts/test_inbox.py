"""What every inbox and every record of open incidents keeps."""

from datetime import timedelta

import pytest

from shared.adapters.aws.dynamodb_inbox import DynamodbInbox, DynamodbOpenIncidents
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_inbox import MemoryInbox, MemoryOpenIncidents
from shared.ports.inbox import Inbox, OpenIncidents


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["local", "aws"])
def ports(request: pytest.FixtureRequest, clock: ManualClock) -> tuple[Inbox, OpenIncidents]:
    if request.param == "local":
        return MemoryInbox(), MemoryOpenIncidents(clock)
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbInbox(client, table, clock), DynamodbOpenIncidents(client, table, clock)


def test_done_is_remembered_for_that_consumer_and_key(ports: tuple[Inbox, OpenIncidents]) -> None:
    inbox, _ = ports
    assert not inbox.seen("a", "1")
    inbox.done("a", "1")
    inbox.done("a", "1")
    assert inbox.seen("a", "1")
    assert not inbox.seen("a", "2")
    assert not inbox.seen("b", "1")


def test_a_claim_is_exclusive_until_its_holder_releases_it(ports: tuple[Inbox, OpenIncidents]) -> None:
    _, incidents = ports
    assert [incidents.claim("shop", name) for name in ("I1", "I2", "I1")] == ["I1", "I1", "I1"]
    assert incidents.claim("bank", "I3") == "I3"
    incidents.release("shop", "I2")
    incidents.release("none", "I2")
    assert incidents.claim("shop", "I2") == "I1"
    incidents.release("shop", "I1")
    assert incidents.claim("shop", "I2") == "I2"


def test_a_claim_that_nobody_released_ends(ports: tuple[Inbox, OpenIncidents], clock: ManualClock) -> None:
    _, incidents = ports
    incidents.claim("shop", "I1")
    clock.advance(timedelta(days=8))
    assert incidents.claim("shop", "I2") == "I2"
