"""Entry point of a function that a stream feeds: one record at a time, each on its own."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import KinesisStreamRecord

from shared.composition import aws
from shared.domain.change_record import change_record, changed_event
from shared.domain.events import Event
from shared.domain.gauge import Gauge
from shared.domain.signal import Signal, parse_signal
from shared.ports.signals import DeadLetters
from shared.runtime.again import Burial, or_again
from shared.runtime.observed import count, logger, publish
from shared.runtime.rejects import rejecting

OnEvent = Callable[[Event], object]
OnSignal = Callable[[Signal], object]
Measure = Callable[[Event], Iterable[Gauge]]


def stream_handler(
    name: str,
    on_event: Callable[[], OnEvent],
    on_signal: Callable[[], OnSignal] | None = None,
    dead_letters: Callable[[], DeadLetters] = aws.dead_letters,
    counted: Mapping[str, str] = MappingProxyType({}),
    measured: Callable[[], Measure] = lambda: lambda _event: (),
) -> Callable[[dict[str, Any], Any], Any]:
    """A Lambda handler. The arguments make their parts when the first record comes, never at import.

    A record that cannot be read or is refused for good goes to the dead letters with its reason; one that
    failed otherwise is reported alone, so that the mapping tries it again a bounded number of times.
    `counted` maps types of event to the counters that they move, `measured` says what else an event adds.
    """
    hear, measure = cache(on_event), cache(measured)
    take = cache(on_signal) if on_signal else None

    def one(record: KinesisStreamRecord | DynamoDBRecord, buried: Burial) -> None:
        body = _body(record)
        with rejecting(name, body, buried):
            change = change_record(body)
            if change is None and take is not None:
                _take(take(), parse_signal(body))
            else:
                event = changed_event(change)
                hear()(event)
                if event.type in counted:
                    count(counted[event.type], name)
                for gauge in measure()(event):
                    publish(gauge, name)

    def handler(event: dict[str, Any], context: Any, buried: Burial) -> Any:
        kind = EventType.DynamoDBStreams if _is_table(event) else EventType.KinesisDataStreams
        processor = BatchProcessor(event_type=kind, raise_on_entire_batch_failure=False)
        answer = process_partial_response(event, lambda record: one(record, buried), processor, context)
        for problem in processor.fail_messages:
            logger.warning("record will be tried again", extra={"record": str(problem)[:200]})
        for _, fault, _ in processor.exceptions:
            logger.error("record failed", exc_info=fault)
        return answer

    return or_again(handler, dead_letters)


def _take(take: OnSignal, signal: Signal) -> None:
    outcome = str(take(signal))
    logger.info("signal", extra={"outcome": outcome, "kind": signal.kind.value, "about": signal.service})


def _is_table(event: dict[str, Any]) -> bool:
    return bool(event["Records"]) and "dynamodb" in event["Records"][0]


def _body(record: KinesisStreamRecord | DynamoDBRecord) -> bytes:
    if isinstance(record, KinesisStreamRecord):
        return record.kinesis.data_as_bytes()
    return json.dumps(record.raw_event, default=str).encode()
