"""What every way to hand a dead letter in again does, and what is read again from streams and the log."""

import base64
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.lambda_consumers import LambdaConsumers
from shared.adapters.aws.stream_records import StreamRecords
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner
from shared.adapters.local.memory_consumers import MemoryConsumers
from shared.domain.change_record import change_record, changed_event
from shared.domain.dead_letter import Pointer
from shared.domain.events import Head, head_of
from shared.domain.facts import Author
from shared.ports.consumers import Consumers, Gone
from tests.sample import SENT, opened

NOW = datetime.now(UTC)


def handler(event: dict[str, Any], _context: Any) -> Any:
    """Answers what it is told to."""
    if "raises" in event:
        raise ValueError(event["raises"])
    return event.get("answers")


class Lambda:
    """Lambda as far as a call goes; moto's needs Docker."""

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == "Stage-Intake"
        try:
            answer, error = handler(json.loads(Payload), None), {}
        except ValueError as raised:
            answer = {"errorType": type(raised).__name__, "errorMessage": str(raised)}
            error = {"FunctionError": "Unhandled"}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **error}


@pytest.fixture(params=["local", "aws"])
def consumers(request: pytest.FixtureRequest) -> Consumers:
    if request.param == "local":
        return MemoryConsumers({"intake": handler})
    return LambdaConsumers(Lambda(), {"intake": "Stage-Intake"})


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({}, None),
        ({"answers": {"batchItemFailures": [], "refused": []}}, None),
        ({"answers": {"refused": ["InvalidSignal: no", "and no"]}}, "InvalidSignal: no; and no"),
        (
            {"answers": {"batchItemFailures": [{"itemIdentifier": "0"}]}},
            "intake failed, and may succeed later",
        ),
        ({"raises": "broken"}, "ValueError: broken"),
    ],
)
def test_an_answer_says_whether_it_was_taken(
    consumers: Consumers, event: dict[str, Any], reason: Any
) -> None:
    said = consumers.hand_in("intake", event)
    assert said is None if reason is None else str(said).startswith(reason)


@pytest.fixture
def streams(aws: boto3.Session, table: str) -> tuple[StreamRecords, Any]:
    kinesis = aws.client("kinesis")
    for name in ("signals", "events"):
        kinesis.create_stream(StreamName=name, ShardCount=1)
    clients = (kinesis, aws.client("dynamodbstreams"), aws.client("dynamodb"))
    return StreamRecords(*clients, table, "signals"), kinesis


def pointer(stream: str, numbers: list[str], size: int = 0, at: datetime = NOW) -> Pointer:
    return Pointer(
        stream=f"arn:aws:kinesis:eu-central-1:123456789012:stream/{stream}",
        shard="shardId-000000000000",
        first=numbers[0],
        last=numbers[-1],
        size=size or len(numbers),
        began=at,
        ended=at,
    )


def put(kinesis: Any, stream: str, *bodies: bytes) -> list[str]:
    return [
        kinesis.put_record(StreamName=stream, Data=body, PartitionKey="p")["SequenceNumber"]
        for body in bodies
    ]


def bodies(records: Any) -> list[bytes]:
    return [base64.b64decode(one["kinesis"]["data"]) for one in records]


def test_a_batch_is_read_again_from_where_it_was_and_no_further(streams: tuple[StreamRecords, Any]) -> None:
    reader, kinesis = streams
    numbers = put(kinesis, "signals", b"before", b"one", b"two", b"after")
    records = reader.records(pointer("signals", numbers[1:3]))
    assert bodies(records) == [b"one", b"two"]
    assert [one["eventSource"] for one in records] == ["aws:kinesis"] * 2
    before_the_last = pointer("signals", [numbers[1], str(int(numbers[3]) - 1)])
    assert bodies(reader.records(before_the_last)) == [b"one", b"two"]


def test_signals_that_the_stream_has_no_more_are_gone(streams: tuple[StreamRecords, Any]) -> None:
    reader, kinesis = streams
    numbers = put(kinesis, "signals", b"one")
    with pytest.raises(Gone, match="a day"):
        reader.records(pointer("signals", numbers, size=2))


def test_events_that_the_stream_has_no_more_come_from_the_log(
    streams: tuple[StreamRecords, Any], aws: boto3.Session, table: str
) -> None:
    reader, kinesis = streams
    clock = ManualClock(NOW)
    store = DynamodbEventStore(aws.client("dynamodb"), table, Author.DETECTION, MemorySigner(b"k"), clock)
    made = store.append("I1", Head(), [opened(NOW)])
    clock.advance(timedelta(hours=1))
    store.append("I1", head_of(made), [SENT])
    numbers = put(
        kinesis, "events", b'{"eventName": "MODIFY", "dynamodb": {"NewImage": {"sk": {"S": "HEAD"}}}}'
    )
    found = bodies(reader.records(pointer("events", numbers)))
    assert [changed_event(change_record(one)) for one in found] == list(made)  # the head's own change is none


class TableStream:
    """A table's own stream of five changes; moto has none. The first two are trimmed."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self._records = records

    def get_shard_iterator(self, SequenceNumber: str, **_: str) -> dict[str, str]:  # noqa: N803
        if int(SequenceNumber) < 3:
            error = {"Error": {"Code": "TrimmedDataAccessException", "Message": "trimmed"}}
            raise ClientError(error, "GetShardIterator")
        return {"ShardIterator": SequenceNumber}

    def get_records(self, ShardIterator: str, Limit: int) -> dict[str, Any]:  # noqa: N803
        found = [one for one in self._records if int(one["dynamodb"]["SequenceNumber"]) >= int(ShardIterator)]
        page = found[: min(Limit, 2)]
        if not page:
            return {"Records": [], "NextShardIterator": ShardIterator}
        last = int(page[-1]["dynamodb"]["SequenceNumber"])
        return {"Records": page, "NextShardIterator": str(last + 1)}


def change(number: int, item: dict[str, Any]) -> dict[str, Any]:
    name = "INSERT" if "body" in item else "MODIFY"
    return {"eventName": name, "dynamodb": {"SequenceNumber": str(number), "NewImage": item}}


@pytest.mark.parametrize("first", ["3", "1"])
def test_a_tables_own_stream_is_read_again_too_or_else_the_table(
    aws: boto3.Session, table: str, first: str
) -> None:
    dynamodb = aws.client("dynamodb")
    store = DynamodbEventStore(dynamodb, table, Author.DETECTION, MemorySigner(b"k"), ManualClock(NOW))
    store.append("I1", Head(), [opened(), SENT])
    items = sorted(dynamodb.scan(TableName=table)["Items"], key=lambda one: one["sk"]["S"])
    stream = TableStream([change(number, item) for number, item in enumerate((*items, items[0]), start=3)])
    reader = StreamRecords(aws.client("kinesis"), stream, dynamodb, table, "signals")
    arn = f"arn:aws:dynamodb:eu-central-1:123456789012:table/{table}/stream/2026"
    found = reader.records(pointer("x", [first, "5"], 2).model_copy(update={"stream": arn}))
    assert sorted(changed_event(dict(one)).type for one in found) == ["IncidentDetected", "NotificationSent"]
    assert {one["eventSource"] for one in found} == {"aws:dynamodb"}
