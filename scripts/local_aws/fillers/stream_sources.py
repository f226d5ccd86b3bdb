"""The two kinds of stream that a mapping reads, behind one shape: shards, iterators and Lambda's event records."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Protocol

from scripts.local_aws.fillers.caller import as_root


@dataclass(frozen=True)
class Record:
    """A stream record: its place, its arrival in seconds since the epoch, and what Lambda is given."""

    sequence: str
    arrived: float
    event: dict[str, Any]


class Source(Protocol):
    """A stream with its shards."""

    arn: str
    account: str
    region: str
    batch_info: str

    def shards(self) -> list[str]: ...

    def iterator(self, shard: str, after: str | None, mapping: dict[str, Any]) -> str: ...

    def read(self, iterator: str, limit: int, shard: str) -> tuple[list[Record], str | None]: ...


@dataclass(frozen=True)
class KinesisSource:
    """A Kinesis data stream."""

    arn: str
    account: str
    region: str
    function: str
    batch_info: str = "KinesisBatchInfo"

    @property
    def _client(self) -> Any:
        return as_root("kinesis", self.account, self.region)

    def shards(self) -> list[str]:
        return [shard["ShardId"] for shard in self._client.list_shards(StreamARN=self.arn)["Shards"]]

    def iterator(self, shard: str, after: str | None, mapping: dict[str, Any]) -> str:
        start: dict[str, Any] = {"ShardIteratorType": mapping.get("StartingPosition", "LATEST")}
        if after:
            start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": after}
        elif start["ShardIteratorType"] == "AT_TIMESTAMP":
            start["Timestamp"] = mapping["StartingPositionTimestamp"]
        answer = self._client.get_shard_iterator(StreamARN=self.arn, ShardId=shard, **start)
        return str(answer["ShardIterator"])

    def read(self, iterator: str, limit: int, shard: str) -> tuple[list[Record], str | None]:
        answer = self._client.get_records(ShardIterator=iterator, Limit=limit)
        return [self._record(raw, shard) for raw in answer["Records"]], answer.get("NextShardIterator")

    def _record(self, raw: dict[str, Any], shard: str) -> Record:
        sequence, arrived = raw["SequenceNumber"], raw["ApproximateArrivalTimestamp"].timestamp()
        function = as_root("lambda", self.account, self.region).get_function_configuration
        event = {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": raw["PartitionKey"],
                "sequenceNumber": sequence,
                "data": base64.b64encode(raw["Data"]).decode(),
                "approximateArrivalTimestamp": arrived,
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"{shard}:{sequence}",
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": function(FunctionName=self.function)["Role"],
            "awsRegion": self.region,
            "eventSourceARN": self.arn,
        }
        return Record(sequence, arrived, event)


@dataclass(frozen=True)
class DynamoDbSource:
    """A DynamoDB table's stream."""

    arn: str
    account: str
    region: str
    function: str
    batch_info: str = "DDBStreamBatchInfo"

    @property
    def _client(self) -> Any:
        return as_root("dynamodbstreams", self.account, self.region)

    def shards(self) -> list[str]:
        described = self._client.describe_stream(StreamArn=self.arn)["StreamDescription"]
        return [shard["ShardId"] for shard in described["Shards"]]

    def iterator(self, shard: str, after: str | None, mapping: dict[str, Any]) -> str:
        start = {"ShardIteratorType": mapping.get("StartingPosition", "LATEST")}
        if after:
            start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after}
        answer = self._client.get_shard_iterator(StreamArn=self.arn, ShardId=shard, **start)
        return str(answer["ShardIterator"])

    def read(self, iterator: str, limit: int, shard: str) -> tuple[list[Record], str | None]:
        answer = self._client.get_records(ShardIterator=iterator, Limit=min(limit, 1000))
        return [self._record(raw) for raw in answer["Records"]], answer.get("NextShardIterator")

    def _record(self, raw: dict[str, Any]) -> Record:
        change = dict(raw["dynamodb"])
        created = change["ApproximateCreationDateTime"].timestamp()
        change["ApproximateCreationDateTime"] = created
        event = {
            "eventID": raw["eventID"],
            "eventName": raw["eventName"],
            "eventVersion": raw.get("eventVersion", "1.1"),
            "eventSource": "aws:dynamodb",
            "awsRegion": self.region,
            "dynamodb": json.loads(json.dumps(change, default=_binary)),
            "eventSourceARN": self.arn,
        }
        if identity := raw.get("userIdentity"):
            event["userIdentity"] = {"type": identity["Type"], "principalId": identity["PrincipalId"]}
        return Record(str(change["SequenceNumber"]), created, event)


def _binary(value: Any) -> str:
    return base64.b64encode(bytes(value)).decode()
