"""Event source mappings of Kinesis and DynamoDB streams, with AWS's failure handling.

AWS honours ReportBatchItemFailures, BisectBatchOnFunctionError, MaximumRetryAttempts, MaximumRecordAgeInSeconds,
MaximumBatchingWindowInSeconds, OnFailure and filters, per shard and in order:
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html.
ministack 1.5.33 ignores all but the filters and loses records after a poison one. Delete this when it does not.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from ministack.services import lambda_svc

from scripts.local_aws.fillers.stream_batches import Batch, Delivery
from scripts.local_aws.fillers.stream_sources import DynamoDbSource, KinesisSource, Record, Source

log = logging.getLogger("local_aws.mappings")
POLL_SECONDS = 0.08
_DISCOVER_SECONDS = 0.25
_ERROR_SECONDS = 0.5


def install() -> threading.Thread:
    """Silence ministack's stream pollers; returns the thread that replaces them, not yet started."""
    lambda_svc._poll_kinesis = lambda: False
    lambda_svc._poll_dynamodb_streams = lambda: False
    return Mappings(lambda_svc)


class Mappings(threading.Thread):
    """Keeps one poller for every shard of every enabled mapping."""

    def __init__(self, lambda_svc: Any) -> None:
        super().__init__(daemon=True, name="mappings")
        self._lambda_svc = lambda_svc
        self._pollers: dict[tuple[str, str], ShardPoller] = {}

    def run(self) -> None:
        while True:
            try:
                self._reconcile()
            except Exception:
                log.exception("mappings were not reconciled")
            time.sleep(_DISCOVER_SECONDS)

    def _reconcile(self) -> None:
        wanted = dict(self._enabled_shards())
        for key in set(self._pollers) - set(wanted):
            self._pollers.pop(key).stop()
        for key, (source, mapping) in wanted.items():
            if key in self._pollers:
                self._pollers[key].mapping = mapping
            else:
                self._pollers[key] = ShardPoller(source, key[1], mapping, self._lambda_svc)
                self._pollers[key].start()

    def _enabled_shards(self) -> Any:
        for account, region, mapping in list(self._lambda_svc._iter_all_esms()):
            arn = mapping.get("EventSourceArn", "")
            source = _source(arn, account, region, mapping["FunctionArn"])
            if source is None or mapping.get("State") != "Enabled" or not mapping.get("Enabled", True):
                continue
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

    def __init__(self, source: Source, shard: str, mapping: dict[str, Any], lambda_svc: Any) -> None:
        super().__init__(daemon=True, name=f"mapping-{mapping['UUID'][:8]}-{shard[-4:]}")
        self.mapping = mapping
        self._source, self._shard, self._lambda_svc = source, shard, lambda_svc
        self._stopped = threading.Event()
        self._position: str | None = None
        self._gathered: list[Record] = []
        self._gathering_since = 0.0

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        iterator: str | None = None
        while not self._stopped.is_set():
            try:
                iterator = iterator or self._source.iterator(self._shard, self._position, self.mapping)
                records, iterator = self._source.read(
                    iterator, self.mapping.get("BatchSize") or 100, self._shard
                )
                self._gather(records)
                self._deliver_due()
                if not records:
                    self._stopped.wait(POLL_SECONDS)
            except Exception as error:
                if not self._stopped.is_set():
                    log.warning("mapping %s, %s: %r", self.mapping["UUID"], self._shard, error)
                iterator, self._gathered = None, []
                self._stopped.wait(_ERROR_SECONDS)

    def _gather(self, records: list[Record]) -> None:
        kept = [record for record in records if self._matches(record)]
        if kept and not self._gathered:
            self._gathering_since = time.monotonic()
        self._gathered += kept
        if records and not self._gathered:
            self._position = records[-1].sequence

    def _deliver_due(self) -> None:
        size = self.mapping.get("BatchSize") or 100
        window = self.mapping.get("MaximumBatchingWindowInSeconds") or 0
        while self._gathered and not self._stopped.is_set():
            if len(self._gathered) < size and time.monotonic() - self._gathering_since < window:
                return
            records, self._gathered = self._gathered[:size], self._gathered[size:]
            deliver = Delivery(self._source, self._shard, self._stopped, self._note)
            deliver.run(Batch(tuple(records)), self.mapping)
            self._position = records[-1].sequence
            self._gathering_since = time.monotonic()

    def _matches(self, record: Record) -> bool:
        return bool(self._lambda_svc._apply_filter_criteria([record.event], self.mapping))

    def _note(self, result: str) -> None:
        self.mapping["LastProcessingResult"] = result
