"""A store on DynamoDB reads an event once; whatever is done to the table, it sees what another store sees."""

import pytest

from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner
from shared.domain.errors import PortError
from shared.domain.events import Head, head_of
from shared.domain.facts import Author
from shared.ports.event_store import load
from tests.sample import SENT, opened


class Counted:
    """A client that counts the items that its queries return."""

    def __init__(self, client):
        self._client, self.items = client, 0

    def __getattr__(self, name):
        return getattr(self._client, name)

    def get_paginator(self, name):
        assert name == "query"
        return self

    def paginate(self, **request):
        for page in self._client.get_paginator("query").paginate(**request):
            self.items += page["Count"]
            yield page

    def since(self):
        items, self.items = self.items, 0
        return items


@pytest.fixture
def dynamodb(aws):
    return Counted(aws.client("dynamodb"))


@pytest.fixture
def store_of(dynamodb, table):
    clock = ManualClock()
    return lambda author: DynamodbEventStore(dynamodb, table, author, MemorySigner(b"key"), clock)


@pytest.fixture
def store(store_of):
    """Communication's, of an incident that detection has opened."""
    store_of(Author.DETECTION).append("I1", Head(), [opened()])
    return store_of(Author.COMMUNICATION)


def grow(store, to):
    while (head := head_of(store.read("I1"))).version < to:
        store.append("I1", head, [SENT] * min(99, to - head.version))


def place(version):
    return {"pk": {"S": "INCIDENT#I1"}, "sk": {"S": f"EVENT#{version:012d}"}}


def test_loading_a_long_incident_again_reads_its_last_event_and_what_is_new(store, store_of, dynamodb):
    grow(store, 300)
    other = store_of(Author.COMMUNICATION)
    dynamodb.since()
    load(store, "I1")
    assert dynamodb.since() == 1
    other.append("I1", head_of(store.read("I1")), [SENT] * 3)
    dynamodb.since()
    again = load(store, "I1")
    assert dynamodb.since() == 4
    assert again == load(other, "I1")
    assert dynamodb.since() == 303
    assert again.head.version == 303


def test_a_log_that_was_cut_is_read_from_its_beginning(store, store_of, dynamodb, table):
    grow(store, 10)
    assert len(store.read("I1")) == 10
    dynamodb.delete_item(TableName=table, Key=place(10))
    dynamodb.delete_item(TableName=table, Key=place(9))
    assert len(store.read("I1")) == 8
    assert store.read("I1") == store_of(Author.WORKFLOW).read("I1")


def test_a_forged_end_that_was_taken_away_again_is_forgotten(store, store_of, dynamodb, table):
    grow(store, 5)
    forged = store.read("I1")[-1].model_copy(update={"version": 6, "event_id": "forged"})
    item = dynamodb.get_item(TableName=table, Key=place(5))["Item"]
    body = {"body": {"S": forged.model_dump_json()}}
    dynamodb.put_item(TableName=table, Item={**item, **place(6), **body})
    assert store.read("I1")[-1].event_id == "forged"
    dynamodb.delete_item(TableName=table, Key=place(6))
    grow(store, 7)
    assert store.read("I1") == store_of(Author.WORKFLOW).read("I1")
    assert [one.version for one in store.read("I1")] == list(range(1, 8))


def test_an_end_that_says_another_version_is_read_as_the_event_of_its_place(store, dynamodb, table):
    grow(store, 5)
    last = store.read("I1")[-1].model_copy(update={"version": 10**15})
    item = dynamodb.get_item(TableName=table, Key=place(5))["Item"]
    dynamodb.put_item(TableName=table, Item={**item, "body": {"S": last.model_dump_json()}})
    for _ in range(2):
        assert [one.version for one in store.read("I1")] == [1, 2, 3, 4, 5]


def test_a_copy_of_another_incidents_event_is_read_as_one_of_this_that_was_changed(store, dynamodb, table):
    [other] = store.append("I2", Head(), [SENT])
    grow(store, 2)
    item = dynamodb.get_item(TableName=table, Key={**place(1), "pk": {"S": "INCIDENT#I2"}})["Item"]
    assert other.computed_hash() == other.hash
    dynamodb.put_item(TableName=table, Item={**item, **place(3)})
    copy = store.read("I1")[-1]
    assert (copy.incident_id, copy.version) == ("I1", 3)
    assert copy.computed_hash() != copy.hash


def test_an_id_that_is_taken_is_told_apart(store, dynamodb, table):
    grow(store, 2)
    first, last = store.read("I1")
    again = last.model_copy(update={"version": 3, "event_id": first.event_id})
    item = dynamodb.get_item(TableName=table, Key=place(2))["Item"]
    body = {"body": {"S": again.model_dump_json()}}
    dynamodb.put_item(TableName=table, Item={**item, **place(3), **body})
    for _ in range(2):
        assert [one.event_id for one in store.read("I1")] == [
            first.event_id,
            last.event_id,
            f"{first.event_id}@3",
        ]


def test_a_store_remembers_so_many_events_and_no_more(aws, table, dynamodb):
    store = DynamodbEventStore(
        dynamodb, table, Author.DETECTION, MemorySigner(b"key"), ManualClock(), remember=3
    )
    for name in ("I1", "I2", "I3"):
        store.append(name, Head(), [opened(), SENT])
        store.read(name)
    dynamodb.since()
    store.read("I3")
    assert dynamodb.since() == 1
    store.read("I1")
    assert dynamodb.since() == 2


def test_ninety_nine_facts_go_into_one_append(store):
    store.append("I1", head_of(store.read("I1")), [SENT] * 99)
    assert len(store.read("I1")) == 100
    with pytest.raises(PortError, match="at most 99"):
        store.append("I1", head_of(store.read("I1")), [SENT] * 100)
