"""The two kinds of stream that a mapping reads, behind one shape: shards, and records after a place.

They read ministack's stores in its own process. Over HTTP a poll every 80 ms would cost a core for a dozen
shards, and every GetRecords leaves an iterator behind.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import dynamodb, dynamodb_streams, kinesis, lambda_svc


@dataclass(frozen=True)
class Record:
    """A stream record: its place, its arrival in seconds since the epoch, and what Lambda is given."""

    sequence: str
    arrived: float
    event: dict[str, Any]


@dataclass(frozen=True)
class Source(ABC):
    """A stream with its shards."""

    arn: str
    account: str
    region: str
    function: str

    batch_info = ""

    def enter(self) -> None:
        """Make this thread's store look-ups those of the stream's account and Region."""
        set_request_account_id(self.account)
        set_request_region(self.region)

    @abstractmethod
    def shards(self) -> list[str]:
        """Shard identifiers; none when the stream is gone."""

    @abstractmethod
    def stored(self, shard: str) -> list[dict[str, Any]]:
        """The shard's records as ministack keeps them, oldest first."""

    @abstractmethod
    def sequence(self, raw: dict[str, Any]) -> str:
        """A stored record's sequence number."""

    @abstractmethod
    def record(self, raw: dict[str, Any], shard: str) -> Record:
        """A stored record in the shape of Lambda's event."""

    def after(self, shard: str, place: str | None, limit: int) -> list[Record]:
        """At most `limit` records after a sequence number, or from the oldest one."""
        stored = self.stored(shard)
        first = bisect_right(stored, int(place), key=lambda raw: int(self.sequence(raw))) if place else 0
        return [self.record(raw, shard) for raw in stored[first : first + limit]]

    def start(self, shard: str, mapping: dict[str, Any]) -> str | None:
        """The place after which a new mapping reads: its StartingPosition. None is the oldest record."""
        passed: Iterable[dict[str, Any]] = self.stored(shard)
        if mapping.get("StartingPosition", "LATEST") == "TRIM_HORIZON":
            return None
        if mapping["StartingPosition"] == "AT_TIMESTAMP":
            since = float(mapping["StartingPositionTimestamp"])
            passed = [raw for raw in passed if self.record(raw, shard).arrived < since]
        return max((self.sequence(raw) for raw in passed), key=int, default=None)


class KinesisSource(Source):
    """A Kinesis data stream."""

    batch_info = "KinesisBatchInfo"

    @property
    def _stream(self) -> dict[str, Any]:
        return kinesis._streams.get(self.arn.rsplit("/", 1)[-1]) or {"shards": {}}

    @cached_property
    def _role(self) -> str:
        _function, config, _name = lambda_svc._get_func_record_for_ref(self.function)
        return str((config or {}).get("Role", ""))

    def shards(self) -> list[str]:
        return sorted(self._stream["shards"])

    def stored(self, shard: str) -> list[dict[str, Any]]:
        return list(self._stream["shards"].get(shard, {"records": []})["records"])

    def sequence(self, raw: dict[str, Any]) -> str:
        return str(raw["SequenceNumber"])

    def record(self, raw: dict[str, Any], shard: str) -> Record:
        sequence, arrived = self.sequence(raw), float(raw["ApproximateArrivalTimestamp"])
        event = {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": raw["PartitionKey"],
                "sequenceNumber": sequence,
                "data": kinesis._ensure_base64(raw["Data"]),
                "approximateArrivalTimestamp": arrived,
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"{shard}:{sequence}",
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": self._role,
            "awsRegion": self.region,
            "eventSourceARN": self.arn,
        }
        return Record(sequence, arrived, event)


class DynamoDbSource(Source):
    """A DynamoDB table's stream."""

    batch_info = "DDBStreamBatchInfo"

    @property
    def _table(self) -> str:
        return self.arn.split("/stream/")[0].rsplit("/", 1)[-1]

    def shards(self) -> list[str]:
        table = dynamodb._tables.get(self._table) or {}
        return [dynamodb_streams._DEFAULT_SHARD_ID] if table.get("LatestStreamArn") == self.arn else []

    def stored(self, shard: str) -> list[dict[str, Any]]:
        return list(dynamodb.stream_live_records(self._table))

    def sequence(self, raw: dict[str, Any]) -> str:
        return str(raw["dynamodb"]["SequenceNumber"])

    def record(self, raw: dict[str, Any], shard: str) -> Record:
        created = float(raw["dynamodb"]["ApproximateCreationDateTime"])
        event = {
            **raw,
            "eventSource": "aws:dynamodb",
            "eventVersion": "1.1",
            "awsRegion": self.region,
            "eventSourceARN": self.arn,
        }
        return Record(self.sequence(raw), created, event)
