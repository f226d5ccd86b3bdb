"""A record of change capture or of a table's stream, which have the same shape, and the event in it."""

import json
from typing import Any

from pydantic import ValidationError

from shared.domain.errors import InvalidSignal
from shared.domain.events import Event


def change_record(body: bytes) -> dict[str, Any] | None:
    """The change record in a body, if it is one."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    is_change = isinstance(value, dict) and "dynamodb" in value and "eventName" in value
    return value if is_change else None


def changed_event(change: dict[str, Any] | None) -> Event:
    """The event that was written.

    Raises:
        InvalidSignal: the record holds none.
    """
    try:
        return Event.model_validate_json((change or {})["dynamodb"]["NewImage"]["body"]["S"])
    except (KeyError, TypeError, ValidationError) as error:
        raise InvalidSignal(f"malformed: the record holds no event ({type(error).__name__})") from error
