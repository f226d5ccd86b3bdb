"""What every signal sink and every keeper of dead letters keeps."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from shared.adapters.aws.kinesis_signals import KinesisSignals
from shared.adapters.aws.sqs_dead_letters import SqsDeadLetters, letter
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_dead_letters import MemoryDeadLetters
from shared.adapters.local.memory_signals import MemorySignals
from shared.domain.errors import PortError
from shared.domain.service import Measure
from shared.domain.signal import Signal, SignalKind, parse_signal
from shared.ports.signals import DeadLetters, SignalSink

SIGNAL = Signal(
    source="cloudwatch",
    kind=SignalKind.ALARM,
    service="api",
    measure=Measure.LATENCY,
    at=datetime(2026, 1, 1, tzinfo=UTC),
    value=2.5,
    text="größer",
    attributes={"alarm": "latency"},
    key="alarm-1",
)


@pytest.fixture(params=["local", "aws"])
def sink(request: pytest.FixtureRequest) -> tuple[SignalSink, Callable[[], list[Signal]]]:
    """A sink, and what it holds."""
    if request.param == "local":
        memory = MemorySignals()
        return memory, lambda: memory.signals
    kinesis = request.getfixturevalue("aws").client("kinesis")
    kinesis.create_stream(StreamName="signals", ShardCount=1)

    def held() -> list[Signal]:
        shard = kinesis.list_shards(StreamName="signals")["Shards"][0]["ShardId"]
        iterator = kinesis.get_shard_iterator(
            StreamName="signals", ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = kinesis.get_records(ShardIterator=iterator)["Records"]
        assert all(record["PartitionKey"] == parse_signal(record["Data"]).service for record in records)
        return [parse_signal(record["Data"]) for record in records]

    return KinesisSignals(kinesis, "signals"), held


def test_a_signal_arrives_as_it_was_put(sink: tuple[SignalSink, Callable[[], list[Signal]]]) -> None:
    port, held = sink
    other = SIGNAL.model_copy(update={"service": "db"})
    port.put(SIGNAL)
    port.put(other)
    assert held() == [SIGNAL, other]


def test_a_stream_that_is_not_there_is_a_port_error(aws: boto3.Session) -> None:
    with pytest.raises(PortError, match="ResourceNotFound"):
        KinesisSignals(aws.client("kinesis"), "none").put(SIGNAL)


@pytest.fixture(params=["local", "aws"])
def letters(request: pytest.FixtureRequest) -> tuple[DeadLetters, Callable[[], list[tuple[str, str, bytes]]]]:
    """A keeper, and what it holds."""
    if request.param == "local":
        memory = MemoryDeadLetters()
        return memory, lambda: [(each.source, each.reason, each.body) for each in memory.letters]
    sqs = request.getfixturevalue("aws").client("sqs")
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]

    def held() -> list[tuple[str, str, bytes]]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [_opened(json.loads(each["Body"])) for each in found]

    return SqsDeadLetters(sqs, url, ManualClock()), held


def _opened(message: dict[str, Any]) -> tuple[str, str, bytes]:
    assert message["at"] == "2026-01-01T00:00:00+00:00"
    encoded = message.get("encoding") == "base64"
    body = base64.b64decode(message["body"]) if encoded else message["body"].encode()
    return message["source"], message["reason"], body


@pytest.mark.parametrize("body", [b'{"a": 1}', "größer".encode(), b"\xff\x00\x01", b"", b"\x00\x1b[2J"])
def test_what_was_buried_can_be_read(
    letters: tuple[DeadLetters, Callable[[], list[tuple[str, str, bytes]]]], body: bytes
) -> None:
    port, held = letters
    port.bury("intake", "malformed: at: no zone", body)
    assert held() == [("intake", "malformed: at: no zone", body)]


@pytest.mark.parametrize("unit", [b"a", "ß".encode(), "😀".encode(), b"\x01", b"\xff"])
def test_a_body_too_large_for_a_message_is_cut_and_says_so(unit: bytes) -> None:
    body = unit * (1_000_000 // len(unit))
    message = letter({"source": "s", "reason": "r", "at": "now"}, body)
    assert 200 * 1024 < len(message.encode()) < 256 * 1024
    shown = json.loads(message)
    assert (shown["truncated"], shown["bytes"]) == (True, len(body))
    kept = shown["body"].encode() if "encoding" not in shown else base64.b64decode(shown["body"])
    assert body.startswith(kept)
    assert kept


def test_a_body_that_fits_is_whole_and_says_nothing() -> None:
    assert set(json.loads(letter({"source": "s"}, b"x" * 200_000))) == {"source", "body"}
