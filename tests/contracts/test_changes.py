"""What every change ledger keeps."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest

from shared.adapters.aws.dynamodb_changes import DynamodbChanges
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_changes import MemoryChanges
from shared.domain.signal import Signal, SignalKind
from shared.ports.changes import ChangeLedger

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def change(key: str, at: datetime = NOON, text: str = "changed") -> Signal:
    return Signal(source="ssm", kind=SignalKind.CHANGE, service="api", at=at, text=text, key=key)


@pytest.fixture(params=["local", "aws"])
def ledger(request: pytest.FixtureRequest) -> ChangeLedger:
    if request.param == "local":
        return MemoryChanges()
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbChanges(client, table, ManualClock())


def test_changes_come_back_whole_and_oldest_first(ledger: ChangeLedger) -> None:
    made = [change(f"c{n}", NOON + timedelta(milliseconds=n * 500)) for n in range(5)]
    for each in reversed(made):
        ledger.note("shop", each)
    assert list(ledger.between("shop", NOON, NOON + timedelta(hours=1))) == made


def test_both_ends_belong_to_the_time_asked_for(ledger: ChangeLedger) -> None:
    second = timedelta(seconds=1)
    for n in range(-2, 4):
        ledger.note("shop", change(f"c{n}", NOON + n * second))
    found = ledger.between("shop", NOON, NOON + second)
    assert [each.key for each in found] == ["c0", "c1"]
    assert list(ledger.between("shop", NOON + 10 * second, NOON + 20 * second)) == []


def test_noting_the_same_change_again_changes_nothing(ledger: ChangeLedger) -> None:
    ledger.note("shop", change("c"))
    ledger.note("shop", change("c", text="said otherwise"))
    assert [each.text for each in ledger.between("shop", NOON, NOON)] == ["changed"]


def test_an_application_sees_its_own_changes(ledger: ChangeLedger) -> None:
    ledger.note("shop", change("c"))
    assert list(ledger.between("bank", NOON, NOON)) == []
    assert list(ledger.between("sho", NOON, NOON)) == []


def test_more_than_a_page_is_read(ledger: ChangeLedger) -> None:
    text = "x" * 10_000
    for n in range(120):  # 1.2 MB: a page is 1 MB
        ledger.note("shop", change(f"c{n:03}", NOON + timedelta(seconds=n), text))
    found = ledger.between("shop", NOON, NOON + timedelta(hours=1))
    assert [each.key for each in found] == [f"c{n:03}" for n in range(120)]


def test_an_item_ends_thirty_days_after_it_was_noted(aws: boto3.Session, table: str) -> None:
    clock = ManualClock()
    DynamodbChanges(aws.client("dynamodb"), table, clock).note("shop", change("c"))
    (item,) = aws.client("dynamodb").scan(TableName=table)["Items"]
    assert float(item["ttl"]["N"]) == (clock.now() + timedelta(days=30)).timestamp()
