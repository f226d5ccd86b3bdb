"""Event source mappings of Kinesis and DynamoDB streams, with AWS's failure handling.

AWS honours ReportBatchItemFailures, BisectBatchOnFunctionError, MaximumRetryAttempts,
MaximumRecordAgeInSeconds, MaximumBatchingWindowInSeconds, OnFailure and filters, per shard and in order:
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html. ministack 1.5.33
ignores all but the filters and loses records after a poison one. Delete this when it does not.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

from ministack.services import lambda_svc

from scripts.local_aws.fillers.stream_batches import Batch, Delivery
from scripts.local_aws.fillers.stream_sources import DynamoDbSource, KinesisSource, Record, Source

log = logging.getLogger("local_aws.mappings")
Key = tuple[str, str]
"""A mapping's UUID and a shard."""
Positions = dict[Key, str | None]
"""The last sequence number that a mapping is done with in a shard; enabled again, it goes on from there."""
POLL_SECONDS = 0.05
_DISCOVER_SECONDS = 0.2
_ERROR_SECONDS = 0.5


def install() -> threading.Thread:
    """Silence ministack's stream pollers; returns the thread that replaces them, not yet started."""
    mappings = Mappings()
    lambda_svc._poll_kinesis = lambda: False
    lambda_svc._poll_dynamodb_streams = lambda: False
    lambda_svc._init_stream_position = lambda *_arguments: mappings.wake.set()
    return mappings


class Mappings(threading.Thread):
    """Keeps one poller for every shard of every enabled mapping."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name="mappings")
        self.wake = threading.Event()
        self._pollers: dict[Key, ShardPoller] = {}
        self._positions: Positions = {}

    def run(self) -> None:
        while True:
            try:
                self._reconcile()
            except Exception:
                log.exception("mappings were not reconciled")
            self.wake.wait(_DISCOVER_SECONDS)
            self.wake.clear()

    def _reconcile(self) -> None:
        wanted = dict(self._enabled_shards())
        for key in set(self._pollers) - set(wanted):
            self._pollers.pop(key).stop()
        for key, (source, mapping) in wanted.items():
            if key in self._pollers:
                self._pollers[key].mapping = mapping
                continue
            if key not in self._positions:
                self._positions[key] = source.start(key[1], mapping)
            self._pollers[key] = ShardPoller(source, key, mapping, self._positions)
            self._pollers[key].start()

    def _enabled_shards(self) -> Iterator[tuple[Key, tuple[Source, dict[str, Any]]]]:
        for account, region, mapping in list(lambda_svc._iter_all_esms()):
            source = _source(mapping.get("EventSourceArn", ""), account, region, mapping["FunctionArn"])
            if source is None or mapping.get("State") != "Enabled" or not mapping.get("Enabled", True):
                continue
            source.enter()
            for shard in source.shards():
                yield (mapping["UUID"], shard), (source, mapping)


def _source(arn: str, account: str, region: str, function: str) -> Source | None:
    if ":kinesis:" in arn:
        return KinesisSource(arn, account, region, function)
    if ":dynamodb:" in arn and "/stream/" in arn:
        return DynamoDbSource(arn, account, region, function)
    return None


class ShardPoller(threading.Thread):
    """Reads one shard in order, gathers batches and hands them on."""

    def __init__(self, source: Source, key: Key, mapping: dict[str, Any], positions: Positions) -> None:
        super().__init__(daemon=True, name=f"mapping-{key[0][:8]}-{key[1][-4:]}")
        self.mapping = mapping
        self._source, self._key, self._positions = source, key, positions
        self._stopped = threading.Event()
        self._read = positions[key]
        self._gathered: list[Record] = []
        self._gathering_since = 0.0

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        self._source.enter()
        while not self._stopped.is_set():
            pause = POLL_SECONDS
            try:
                self._gather()
                self._deliver_due()
            except Exception:
                log.exception("mapping %s, shard %s", *self._key)
                pause = _ERROR_SECONDS
            self._stopped.wait(pause)

    @property
    def _batch_size(self) -> int:
        return int(self.mapping.get("BatchSize") or 100)

    def _gather(self) -> None:
        records = self._source.after(self._key[1], self._read, self._batch_size * 10)
        kept = [each for each in records if lambda_svc._apply_filter_criteria([each.event], self.mapping)]
        if kept and not self._gathered:
            self._gathering_since = time.monotonic()
        self._gathered += kept
        if records:
            self._read = records[-1].sequence
        if not self._gathered:
            self._positions[self._key] = self._read

    def _deliver_due(self) -> None:
        window = self.mapping.get("MaximumBatchingWindowInSeconds") or 0
        while self._gathered and not self._stopped.is_set():
            waited = time.monotonic() - self._gathering_since
            if len(self._gathered) < self._batch_size and waited < window:
                return
            records = self._gathered[: self._batch_size]
            delivery = Delivery(self._source, self._key[1], self._stopped, self._note)
            if not delivery.run(Batch(tuple(records)), self.mapping):
                return
            self._gathered = self._gathered[len(records) :]
            self._positions[self._key] = records[-1].sequence
            self._gathering_since = time.monotonic()

    def _note(self, result: str) -> None:
        self.mapping["LastProcessingResult"] = result
