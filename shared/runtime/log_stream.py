"""Entry point of the function that the log's own stream feeds batch by batch: copies, heads, then a hint."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from shared.composition import aws
from shared.ports.hints import Hints
from shared.ports.signals import DeadLetters
from shared.runtime.again import Burial, or_again
from shared.runtime.observed import count, logger
from shared.runtime.rejects import rejecting
from shared.workflow.archiving import Archiving, Copied

NAME = "anchor"
PARTITION = "INCIDENT#"
Record = Mapping[str, Any]


def archive_handler(
    archiving: Callable[[], Archiving],
    dead_letters: Callable[[], DeadLetters] = aws.dead_letters,
    hints: Callable[[], Hints] | None = None,
) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """A Lambda handler. What is refused for good is a dead letter and counted; a retryable failure stops the
    batch there, and the stream begins again with that record. A hint that is lost is counted, and no more.
    """
    made = cache(archiving)
    hinting = cache(hints) if hints else None

    def copied(record: Record, newest: dict[str, tuple[Copied, Record]], buried: Burial) -> None:
        with rejecting(NAME, _body(record), buried):
            copy = made().copy(record["dynamodb"].get("NewImage", {}))
            known = newest.get(copy.incident_id)
            if known is None or known[0].version < copy.version:
                newest[copy.incident_id] = (copy, record)

    def anchored(copy: Copied, record: Record, buried: Burial) -> None:
        with rejecting(NAME, _body(record), buried):
            made().anchor(copy)

    def handler(event: dict[str, Any], _context: Any, buried: Burial) -> dict[str, Any]:
        newest: dict[str, tuple[Copied, Record]] = {}
        failed = _first_failure(event["Records"], lambda record: copied(record, newest, buried))
        pairs = list(newest.values())
        for copy, record in pairs:
            failed += _first_failure([record], lambda one, copy=copy: anchored(copy, one, buried))  # type: ignore[misc]
        if hinting:
            _hint(hinting, event["Records"])
        return {"batchItemFailures": [{"itemIdentifier": number} for number in dict.fromkeys(failed)]}

    return or_again(handler, dead_letters)


def _hint(hinting: Callable[[], Hints], records: list[Record]) -> None:
    """Say which incidents changed, also those not copied: the projector reads the log itself."""
    keys = (record.get("dynamodb", {}).get("Keys", {}).get("pk", {}).get("S", "") for record in records)
    changed = dict.fromkeys(key.removeprefix(PARTITION) for key in keys if key.startswith(PARTITION))
    if not changed:
        return
    try:
        hinting().send([*changed])
    except Exception as error:  # noqa: BLE001 - whatever it is, archive and anchor must not wait for it
        logger.warning("a hint is lost", extra={"reason": f"{type(error).__name__}: {error}"})
        count("HintsLost", NAME)


def _first_failure(records: list[Record], take: Callable[[Record], None]) -> list[str]:
    """Take records in order; the sequence number of the one that failed ends it."""
    for record in records:
        try:
            take(record)
        except Exception:  # noqa: BLE001 - the runtime's edge: told, reported to the stream, and tried again
            logger.exception("record will be tried again")
            return [str(record["dynamodb"]["SequenceNumber"])]
    return []


def _body(record: Record) -> bytes:
    return json.dumps(record, default=str).encode()
