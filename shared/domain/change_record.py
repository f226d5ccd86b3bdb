"""A record of change capture or of a table's stream, which have the same shape, and the event in it."""

import json
from typing import Any

from shared.domain.errors import InvalidSignal
from shared.domain.events import Event
from shared.domain.placing import lying_at


def change_record(body: bytes) -> dict[str, Any] | None:
    """The change record in a body, if it is one."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    is_change = isinstance(value, dict) and "dynamodb" in value and "eventName" in value
    return value if is_change else None


def changed_event(change: dict[str, Any] | None) -> Event:
    """The event that was written, as the one of its place in the table.

    Raises:
        InvalidSignal: the record holds none.
    """
    try:
        image = (change or {})["dynamodb"]["NewImage"]
        event = Event.model_validate_json(image["body"]["S"])
        incident_id, version = (image[name]["S"].partition("#")[2] for name in ("pk", "sk"))
        return lying_at(event, incident_id, int(version))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidSignal(f"malformed: the record holds no event ({type(error).__name__})") from error
