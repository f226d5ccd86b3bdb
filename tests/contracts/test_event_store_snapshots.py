"""A snapshot saves reads and is never the truth: dropped, damaged or of another release, nothing changes."""

import pytest

from scripts.bench.sample import SENT, opened
from shared.adapters.aws import dynamodb_snapshots
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.dynamodb_snapshots import resume
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner
from shared.domain.errors import ConcurrentAppend, PortError
from shared.domain.events import Head, head_of
from shared.domain.facts import Author
from shared.domain.incident import fold

KEY = {"pk": {"S": "INCIDENT#I1"}, "sk": {"S": "SNAPSHOT"}}


@pytest.fixture
def dynamodb(aws):
    return aws.client("dynamodb")


@pytest.fixture
def store_of(dynamodb, table):
    clock = ManualClock()
    return lambda author: DynamodbEventStore(dynamodb, table, author, MemorySigner(b"key"), clock)


@pytest.fixture
def store(store_of):
    """Communication's, of an incident that detection has opened."""
    store_of(Author.DETECTION).append("I1", Head(), [opened()])
    return store_of(Author.COMMUNICATION)


def grow(store, to, incident="I1"):
    """Append, at most 20 at once, until the log has so many versions."""
    while (head := head_of(store.read(incident))).version < to:
        store.append(incident, head, [SENT] * min(20, to - head.version))


def test_after_fifty_versions_the_rest_is_read_onto_the_snapshot(store):
    grow(store, 49)
    assert store.snapshot("I1") is None
    grow(store, 69)
    snapshot = store.snapshot("I1")
    rest = store.read("I1", after=snapshot.head.version)
    assert snapshot.head.version == 69
    assert rest == ()
    grow(store, 74)
    rest = store.read("I1", after=69)
    assert [one.version for one in rest] == list(range(70, 75))
    assert rest[0].previous_hash == snapshot.head.hash
    assert resume(snapshot, rest) == fold(store.read("I1"))


def test_a_snapshot_goes_with_its_append_or_not_at_all(store):
    grow(store, 49)
    stale = head_of(store.read("I1")[:-1])
    with pytest.raises(ConcurrentAppend):
        store.append("I1", stale, [SENT] * 5)
    assert store.snapshot("I1") is None


def test_dropped_it_is_built_again_from_the_events(store, dynamodb, table):
    grow(store, 60)
    dynamodb.delete_item(TableName=table, Key=KEY)
    grow(store, 101)
    assert store.snapshot("I1").head.version == 100
    assert store.snapshot("I1") == fold(store.read("I1")[:100])


@pytest.mark.parametrize("change", [{"form": {"S": "another"}}, {"body": {"S": "{}"}}])
def test_of_another_release_or_damaged_it_is_none(store, dynamodb, table, change):
    grow(store, 50)
    item = dynamodb.get_item(TableName=table, Key=KEY)["Item"]
    dynamodb.put_item(TableName=table, Item={**item, **change})
    assert store.snapshot("I1") is None


def test_a_forged_event_moves_it_on_and_is_not_believed(store, store_of):
    grow(store, 40)
    store_of(Author.PREDICTION).append("I1", head_of(store.read("I1")), [SENT])
    grow(store, 60)
    assert store.snapshot("I1").notifications == {"console": 58}
    store_of(Author.PREDICTION).append("I1", head_of(store.read("I1")), [SENT])
    assert resume(store.snapshot("I1"), store.read("I1", after=60)) == fold(store.read("I1"))


def test_a_log_that_cannot_be_folded_has_none_and_goes_on(store):
    grow(store, 60, "I2")
    assert store.snapshot("I2") is None
    assert head_of(store.read("I2")).version == 60


def test_too_large_it_is_left_out(store, monkeypatch):
    monkeypatch.setattr(dynamodb_snapshots, "LARGEST", 100)
    grow(store, 60)
    assert store.snapshot("I1") is None


def test_ninety_eight_facts_go_into_one_append(store):
    store.append("I1", head_of(store.read("I1")), [SENT] * 98)
    assert store.snapshot("I1") == fold(store.read("I1"))
    with pytest.raises(PortError, match="at most 98"):
        store.append("I1", head_of(store.read("I1")), [SENT] * 99)
