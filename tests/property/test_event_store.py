"""One log under random schedules: stale heads, crashes, lost answers. One suite for both adapters."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from itertools import count

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from scripts.bench.writers import forks, gaps
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.domain.errors import ConcurrentAppend
from shared.domain.events import Head, head_of
from shared.domain.facts import Author, NotificationSent
from tests.sample import opened

pytestmark = pytest.mark.long

WRITERS, INTENTS = 3, 4
NUMBERS = count(1)


class Step(Enum):
    """What a writer does next."""

    READ = "reads, and acts on that whenever it acts"
    APPEND = "appends what it has not seen of its own yet"
    LOSE = "appends, and the answer never comes"
    REPEAT = "appends, and then the same again, as a retry that did not read does"
    CRASH = "forgets everything"


schedules = st.lists(st.tuples(st.integers(0, WRITERS - 1), st.sampled_from(Step)), max_size=40)


class Writer:
    """Wants each of its notifications in the log exactly once."""

    def __init__(self, name, store, incident_id):
        self.name, self.store, self.incident_id = name, store, incident_id
        self.seen, self.acknowledged = None, []

    def step(self, step):
        if step is Step.CRASH:
            self.seen = None
        elif step is Step.READ:
            self.seen = self.store.read(self.incident_id)
        else:
            self._append(step)

    def wanted(self):
        done = {one.data["version"] for one in self.seen if one.data.get("channel") == self.name}
        return [one for one in range(1, INTENTS + 1) if one not in done]

    def finish(self):
        self.step(Step.READ)
        while self.wanted():
            self.step(Step.APPEND)
            self.step(Step.READ)

    def _append(self, step):
        self.seen = self.store.read(self.incident_id) if self.seen is None else self.seen
        facts = [NotificationSent(channel=self.name, about="x", version=one) for one in self.wanted()[:2]]
        head = head_of(self.seen)
        self.seen = None
        if not facts:
            return
        try:
            made = self.store.append(self.incident_id, head, facts)
        except ConcurrentAppend:
            return
        if step is Step.REPEAT:
            with pytest.raises(ConcurrentAppend):
                self.store.append(self.incident_id, head, facts)
        if step is not Step.LOSE:
            self.acknowledged += [one.event_id for one in made]


def run(make, schedule):
    incident_id = f"I{next(NUMBERS)}"
    make(Author.DETECTION).append(incident_id, Head(), [opened()])
    writers = [Writer(f"w{at}", make(Author.COMMUNICATION), incident_id) for at in range(WRITERS)]
    for at, step in schedule:
        writers[at].step(step)
    for writer in writers:
        writer.finish()
    events = make(Author.WORKFLOW).read(incident_id)
    assert all(writer.store.read(incident_id) == events for writer in writers)
    assert (gaps(events), forks(events)) == (0, 0)
    ids = [one.event_id for one in events]
    assert len(ids) == len(set(ids))
    assert {one for writer in writers for one in writer.acknowledged} <= set(ids)
    written = Counter((one.data["channel"], one.data["version"]) for one in events[1:])
    assert written == {(f"w{at}", one): 1 for at in range(WRITERS) for one in range(1, INTENTS + 1)}


@settings(max_examples=150, deadline=None)
@given(schedules)
def test_in_memory_nothing_is_lost_doubled_or_forked(schedule):
    logs, clock, signer = MemoryLogs(), ManualClock(), MemorySigner(b"key")
    run(lambda author: MemoryEventStore(logs, author, signer, clock), schedule)


@pytest.fixture(scope="module")
def dynamodb():
    with mock_aws():
        client = boto3.client(
            "dynamodb", "eu-central-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        client.create_table(
            TableName="table",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        )
        yield client


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schedules)
def test_in_dynamodb_neither_and_who_remembers_reads_what_a_newcomer_reads(dynamodb, schedule):
    clock, signer = ManualClock(), MemorySigner(b"key")
    run(lambda author: DynamodbEventStore(dynamodb, "table", author, signer, clock, page_size=7), schedule)
