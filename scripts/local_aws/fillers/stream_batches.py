"""One batch of a stream mapping, delivered until it is processed or given up, in AWS's order of decisions."""

from __future__ import annotations

import json
import math
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from scripts.local_aws.fillers.caller import as_root
from scripts.local_aws.fillers.stream_sources import Record, Source

_BACKOFF_SECONDS = (0.2, 0.4, 0.8, 1.6, 3.2, 5.0)
_THROTTLE_SECONDS = 0.3


@dataclass(frozen=True)
class Batch:
    """Consecutive records of a shard that one invocation is given."""

    records: tuple[Record, ...]

    def halves(self) -> tuple[Batch, Batch]:
        middle = len(self.records) // 2
        return Batch(self.records[:middle]), Batch(self.records[middle:])

    def from_lowest(self, failed: set[str]) -> Batch:
        """The part from the lowest failed sequence number; the whole batch when none of them is in it."""
        places = [index for index, record in enumerate(self.records) if record.sequence in failed]
        return Batch(self.records[min(places, default=0) :])


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended. `failed` is empty when every record was processed."""

    failed: frozenset[str]
    request_id: str
    function_error: str | None = None


class Delivery:
    """Invokes a mapping's function with batches of one shard."""

    def __init__(
        self, source: Source, shard: str, stopped: threading.Event, note: Callable[[str], None]
    ) -> None:
        self._source, self._shard, self._stopped, self._note = source, shard, stopped, note

    def run(self, batch: Batch, mapping: dict[str, Any]) -> bool:
        """True when the batch is processed or given up; False when the mapping was stopped before."""
        retries = _limit(mapping.get("MaximumRetryAttempts"))
        age = _limit(mapping.get("MaximumRecordAgeInSeconds"))
        attempt = 0
        while not self._stopped.is_set():
            if time.time() - batch.records[0].arrived > age:
                self._give_up(batch, mapping, "RecordAgeExceeded", attempt, None)
                return True
            outcome = self._invoke(batch, mapping)
            if not outcome.failed:
                self._note("OK")
                return True
            self._note("PROBLEM: Function call failed")
            rest = batch.from_lowest(set(outcome.failed))
            if len(rest.records) < len(batch.records):
                attempt = 0
            batch = rest
            if mapping.get("BisectBatchOnFunctionError") and len(batch.records) > 1:
                return all(self.run(half, mapping) for half in batch.halves())
            if attempt >= retries:
                self._give_up(batch, mapping, "RetryAttemptsExhausted", attempt + 1, outcome)
                return True
            self._stopped.wait(_BACKOFF_SECONDS[min(attempt, len(_BACKOFF_SECONDS) - 1)])
            attempt += 1
        return False

    def _invoke(self, batch: Batch, mapping: dict[str, Any]) -> Outcome:
        every = frozenset(record.sequence for record in batch.records)
        payload = json.dumps({"Records": [record.event for record in batch.records]}).encode()
        function = as_root("lambda", self._source.account, self._source.region)
        try:
            answer = function.invoke(FunctionName=mapping["FunctionArn"], Payload=payload)
            body = answer["Payload"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "TooManyRequestsException":
                self._stopped.wait(_THROTTLE_SECONDS)
            return Outcome(every, str(uuid.uuid4()), "Unhandled")
        except BotoCoreError:
            return Outcome(every, str(uuid.uuid4()), "Unhandled")
        request_id = answer["ResponseMetadata"].get("RequestId") or str(uuid.uuid4())
        if answer.get("FunctionError"):
            return Outcome(every, request_id, answer["FunctionError"])
        if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []):
            return Outcome(frozenset(), request_id)
        return Outcome(_reported(body, every), request_id)

    def _give_up(
        self, batch: Batch, mapping: dict[str, Any], condition: str, count: int, outcome: Outcome | None
    ) -> None:
        self._note(f"PROBLEM: {condition}")
        destination = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
        if not destination:
            return
        body = json.dumps(self._invocation_record(batch, mapping, condition, count, outcome))
        where = (self._source.account, self._source.region)
        if ":sqs:" in destination:
            sqs = as_root("sqs", *where)
            url = sqs.get_queue_url(QueueName=destination.rsplit(":", 1)[-1])["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody=body)
        else:
            as_root("sns", *where).publish(TopicArn=destination, Message=body)

    def _invocation_record(
        self, batch: Batch, mapping: dict[str, Any], condition: str, count: int, outcome: Outcome | None
    ) -> dict[str, Any]:
        first, last = batch.records[0], batch.records[-1]
        record: dict[str, Any] = {
            "requestContext": {
                "requestId": outcome.request_id if outcome else str(uuid.uuid4()),
                "functionArn": mapping["FunctionArn"],
                "condition": condition,
                "approximateInvokeCount": count,
            },
            "version": "1.0",
            "timestamp": _iso(time.time()),
            self._source.batch_info: {
                "shardId": self._shard,
                "startSequenceNumber": first.sequence,
                "endSequenceNumber": last.sequence,
                "approximateArrivalOfFirstRecord": _iso(first.arrived),
                "approximateArrivalOfLastRecord": _iso(last.arrived),
                "batchSize": len(batch.records),
                "streamArn": self._source.arn,
            },
        }
        if outcome is not None:
            response: dict[str, Any] = {"statusCode": 200, "executedVersion": "$LATEST"}
            if outcome.function_error:
                response["functionError"] = outcome.function_error
            record["responseContext"] = response
        return record


def _reported(body: bytes, every: frozenset[str]) -> frozenset[str]:
    """The failures a handler reported. As on AWS, an empty or unknown identifier fails the whole batch."""
    try:
        answer = json.loads(body or b"null")
    except ValueError:
        return every
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not failures:
        return frozenset() if answer is None or isinstance(answer, dict) else every
    named = {str(each.get("itemIdentifier") or "") if isinstance(each, dict) else "" for each in failures}
    return frozenset(named) if named <= every else every


def _limit(value: int | None) -> float:
    return math.inf if value is None or value < 0 else value


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
