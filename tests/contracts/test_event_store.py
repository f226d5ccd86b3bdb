"""What every event store and every authority keeps."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.kms_authority import KmsSigner, KmsVerifier
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner, MemoryVerifier
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.domain.errors import ConcurrentAppend
from shared.domain.events import Head, fault_of, head_of
from shared.domain.facts import Author, InvestigationStarted, NotificationSent
from shared.ports.authority import Signer, Verifier
from shared.ports.event_store import EventStore

AUTHORS = (Author.WORKFLOW, Author.COMMUNICATION)
STARTED = InvestigationStarted(attempt=1, execution="one")
SENT = NotificationSent(channel="console", about="incident", version=1)


@dataclass
class World:
    store: Callable[[Author], EventStore]
    signers: dict[Author, Signer]
    verifier: Verifier


@pytest.fixture(params=["local", "aws"])
def world(request: pytest.FixtureRequest) -> World:
    clock = ManualClock()
    if request.param == "local":
        keys = {author: author.value.encode() * 4 for author in AUTHORS}
        logs = MemoryLogs()
        local = {author: MemorySigner(key) for author, key in keys.items()}
        return World(
            lambda author: MemoryEventStore(logs, author, local[author], clock), local, MemoryVerifier(keys)
        )
    session, table = request.getfixturevalue("aws"), request.getfixturevalue("table")
    kms, dynamodb = session.client("kms"), session.client("dynamodb")
    ids = {
        author: kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
        for author in AUTHORS
    }
    signers = {author: KmsSigner(kms, key) for author, key in ids.items()}
    return World(
        lambda author: DynamodbEventStore(dynamodb, table, author, signers[author], clock, page_size=1),
        signers,
        KmsVerifier(kms, ids),
    )


def test_what_was_appended_is_read_and_verifies(world: World) -> None:
    store = world.store(Author.WORKFLOW)
    made = store.append("I1", Head(), [STARTED, STARTED], cause="signal")
    assert store.read("I1") == made
    assert [event.version for event in made] == [1, 2]
    assert made[1].previous_hash == made[0].hash
    assert [fault_of(event, world.verifier.verify) for event in made] == [None, None]
    assert store.read("I2") == ()


def test_a_lost_race_raises_and_writes_nothing(world: World) -> None:
    store = world.store(Author.WORKFLOW)
    first = store.append("I1", Head(), [STARTED])
    for stale in (Head(), Head(version=1, hash="f" * 64), Head(version=2, hash=first[0].hash)):
        with pytest.raises(ConcurrentAppend):
            store.append("I1", stale, [STARTED, STARTED])
        assert store.read("I1") == first


def test_appending_to_a_log_that_does_not_exist_needs_the_empty_head(world: World) -> None:
    with pytest.raises(ConcurrentAppend):
        world.store(Author.WORKFLOW).append("I1", Head(version=3, hash="a" * 64), [STARTED])


def test_two_writers_interleave_in_one_chain(world: World) -> None:
    workflow, communication = (world.store(author) for author in AUTHORS)
    for _ in range(3):
        workflow.append("I1", head_of(workflow.read("I1")), [STARTED])
        communication.append("I1", head_of(communication.read("I1")), [SENT])
    events = workflow.read("I1")
    assert [event.recorded_by for event in events] == list(AUTHORS) * 3
    assert all(fault_of(event, world.verifier.verify) is None for event in events)


def test_the_101st_page_is_read_in_order(world: World) -> None:
    store = world.store(Author.WORKFLOW)
    for count in (50, 50, 1):
        store.append("I1", head_of(store.read("I1")), [STARTED] * count)
    assert [event.version for event in store.read("I1")] == list(range(1, 102))


def test_a_mac_holds_for_its_author_and_digest_only(world: World) -> None:
    mac = world.signers[Author.WORKFLOW].mac("ab" * 32)
    verify = world.verifier.verify
    assert verify(Author.WORKFLOW, "ab" * 32, mac)
    assert not verify(Author.COMMUNICATION, "ab" * 32, mac)
    assert not verify(Author.EXECUTOR, "ab" * 32, mac)
    assert not verify(Author.WORKFLOW, "cd" * 32, mac)
    assert not any(verify(Author.WORKFLOW, "ab" * 32, bad) for bad in ("", "!", "AAAA", "é"))
