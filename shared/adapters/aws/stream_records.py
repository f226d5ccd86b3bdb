"""What a mapping gave up, read again: from the stream, or, of the log, from the events table."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.domain.change_record import changed_event
from shared.domain.dead_letter import Pointer
from shared.domain.errors import InvalidSignal
from shared.ports.consumers import Gone

PAGES = 200
"""Of a stream: a batch is within a few, however many other records lie between."""
AROUND = timedelta(minutes=2)
"""Between an event's own time and its record's."""
TRIMMED = frozenset({"InvalidArgumentException", "TrimmedDataAccessException", "ResourceNotFoundException"})
Record = dict[str, Any]


class StreamRecords:
    """Kinesis streams and a table's own. The log's records are in the table too, for as long as it lasts."""

    def __init__(
        self, kinesis: Any, table_streams: Any, dynamodb: Any, events_table: str, signals: str
    ) -> None:
        """`signals` is the name of the stream whose records nobody else keeps."""
        self._kinesis, self._table_streams, self._dynamodb = kinesis, table_streams, dynamodb
        self._events_table, self._signals = events_table, signals

    def records(self, pointer: Pointer) -> Sequence[Mapping[str, Any]]:
        """The records of a batch, as a function gets them.

        Raises:
            Gone: a day has passed, and they were no events of the log.
            PortError: AWS failed.
        """
        of_table = ":table/" in pointer.stream
        read = self._of_table(pointer) if of_table else self._of_kinesis(pointer)
        found = list(read)
        of_signals = pointer.stream.endswith(f"/{self._signals}")
        if len(found) < pointer.size and not of_signals:
            found = [_as_kinesis(one) if not of_table else one for one in self._of_log(pointer)]
        if not found or (of_signals and len(found) < pointer.size):
            raise Gone("the stream keeps records for a day, and does not have these any more")
        return found

    def _of_kinesis(self, pointer: Pointer) -> Iterator[Record]:
        start = {
            "StreamName": pointer.stream.rsplit("/", 1)[-1],
            "StartingSequenceNumber": pointer.first,
        }
        for one in self._between(self._kinesis, start, pointer, lambda each: str(each["SequenceNumber"])):
            if _is_event_or_signal(one["Data"]):
                yield _kinesis(one["Data"], one["SequenceNumber"])

    def _of_table(self, pointer: Pointer) -> Iterator[Record]:
        start = {"StreamArn": pointer.stream, "SequenceNumber": pointer.first}

        def number(each: Record) -> str:
            return str(each["dynamodb"]["SequenceNumber"])

        for one in self._between(self._table_streams, start, pointer, number):
            if one["eventName"] == "INSERT" and "body" in one["dynamodb"].get("NewImage", {}):
                yield {**one, "eventSource": "aws:dynamodb"}

    def _between(
        self, client: Any, start: dict[str, str], pointer: Pointer, number: Callable[[Record], str]
    ) -> Iterator[Record]:
        """Records from the first to the last; none when the first one is gone."""
        with port_errors():
            try:
                at = client.get_shard_iterator(
                    ShardId=pointer.shard, ShardIteratorType="AT_SEQUENCE_NUMBER", **start
                )["ShardIterator"]
            except ClientError as error:
                if code_of(error) not in TRIMMED:
                    raise
                return
            for _ in range(PAGES):
                page = client.get_records(ShardIterator=at, Limit=1_000)
                for one in page["Records"]:
                    if int(number(one)) > int(pointer.last):
                        return
                    yield one
                    if int(number(one)) == int(pointer.last):
                        return
                at = page.get("NextShardIterator")
                if not at or (not page["Records"] and not page.get("MillisBehindLatest")):
                    return

    def _of_log(self, pointer: Pointer) -> Iterator[Record]:
        """Every event that was written about then: a few more than were given up, which changes nothing."""
        with port_errors():
            pages = self._dynamodb.get_paginator("scan").paginate(
                TableName=self._events_table,
                FilterExpression="begins_with(sk, :event)",
                ExpressionAttributeValues={":event": {"S": "EVENT#"}},
            )
            for page in pages:
                for item in page["Items"]:
                    record = {"eventName": "INSERT", "dynamodb": {"NewImage": item, "SequenceNumber": "0"}}
                    if _about(record, pointer):
                        yield {**record, "eventSource": "aws:dynamodb"}


def _about(record: Record, pointer: Pointer) -> bool:
    try:
        at = changed_event(record).occurred_at
    except InvalidSignal:
        return False
    return pointer.began - AROUND <= at <= pointer.ended + AROUND


def _is_event_or_signal(data: bytes) -> bool:
    """Change capture has the heads' changes too, which the mapping filters out."""
    try:
        value = json.loads(data)
    except ValueError:
        return True
    change = value.get("dynamodb") if isinstance(value, dict) else None
    return not isinstance(change, dict) or "body" in (change.get("NewImage") or {})


def _kinesis(data: bytes, number: str) -> Record:
    return {
        "eventSource": "aws:kinesis",
        "kinesis": {"data": base64.b64encode(data).decode(), "sequenceNumber": number},
    }


def _as_kinesis(record: Record) -> Record:
    return _kinesis(json.dumps(record).encode(), "0")
