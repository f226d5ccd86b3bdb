"""Handing a dead letter's body in again: what its function would take, and the call as AWS would make it."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from shared.domain.change_record import change_record, changed_event
from shared.domain.dead_letter import AGAIN
from shared.domain.errors import CommandRefused, InvalidSignal
from shared.domain.model import VOTERS
from shared.domain.service import ServiceCatalogue
from shared.domain.signal import parse_signal
from shared.ports.wakes import Wake
from shared.workflow.archiving import archived
from shared.workflow.intake import to_signal

DETECTION, COMMUNICATION, COORDINATOR, ANCHOR, INTAKE = (
    "detection", "communication", "coordinator", "anchor", "intake",
)  # fmt: skip
TAKERS = frozenset({COORDINATOR, ANCHOR, INTAKE, COMMUNICATION, *(agent.value for agent in VOTERS)})
"""The functions that take letters; nothing else is called, whatever a letter says."""
BY_KINESIS = frozenset({COMMUNICATION, *(agent.value for agent in VOTERS)})


def check(consumer: str, body: bytes, catalogue: ServiceCatalogue) -> None:
    """Whether the function would take this body, as far as its words go.

    Raises:
        CommanderError: with the function's own reason why not.
    """
    change = change_record(body)
    if _is_wake(consumer, body):
        _wake(_value(body))
    elif consumer == INTAKE:
        to_signal(_value(body), catalogue)
    elif consumer == ANCHOR:
        archived((change or {}).get("dynamodb", {}).get("NewImage", {}))
    elif consumer == DETECTION and change is None:
        catalogue.get(parse_signal(body).service)
    elif consumer == COORDINATOR and change is None:
        _ended_execution(_value(body))
    elif consumer in BY_KINESIS or consumer == COORDINATOR:
        changed_event(change)
    else:
        raise CommandRefused(f"{consumer[:80]!r} takes no letters")


def call(consumer: str, body: bytes) -> dict[str, Any]:
    """The event with which the function gets this body, alone.

    Raises:
        InvalidSignal: it cannot even be wrapped.
        CommandRefused: the function takes no letters.
    """
    if _is_wake(consumer, body):
        return {**_value(body), AGAIN: True}
    if consumer in BY_KINESIS:
        kinesis = {"data": base64.b64encode(body).decode(), "sequenceNumber": "0"}
        return batch([{"eventSource": "aws:kinesis", "kinesis": kinesis}])
    if consumer not in (COORDINATOR, ANCHOR, INTAKE):
        raise CommandRefused(f"{consumer[:80]!r} takes no letters: look at it, and delete it yourself")
    change = change_record(body)
    if consumer == INTAKE or change is None:
        return {**_value(body), AGAIN: True}
    numbered = {"SequenceNumber": "0", **change["dynamodb"]}
    return batch([{**change, "eventSource": "aws:dynamodb", "dynamodb": numbered}])


def batch(records: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The event with which a function gets records of a stream."""
    return {"Records": records, AGAIN: True}


def _value(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidSignal(f"malformed: not JSON ({type(error).__name__})") from error
    if not isinstance(value, dict):
        raise InvalidSignal("malformed: not a JSON object")
    return value


def _is_wake(consumer: str, body: bytes) -> bool:
    """Whether it is a call that communication asked for: it has two ways in, and this is no record."""
    try:
        return consumer == COMMUNICATION and "wake" in _value(body)
    except InvalidSignal:
        return False


def _wake(called: Mapping[str, Any]) -> None:
    try:
        Wake.model_validate(called["wake"])
    except ValidationError as error:
        raise InvalidSignal(f"malformed: no call to wake ({error.error_count()} errors)") from error


def _ended_execution(event: Mapping[str, Any]) -> None:
    """What the coordinator hears on the bus: an execution that ended other than well."""
    try:
        named = str(event["detail"]["name"]) and str(event["detail"]["status"])
    except (KeyError, TypeError) as error:
        raise InvalidSignal(f"malformed: the event has no {error} of an execution") from error
    if not named:
        raise InvalidSignal("malformed: the event names no execution")
