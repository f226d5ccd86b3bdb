"""An incident's log as somebody reads it who only looks: as the caller, and without a key to write."""

from typing import Any

from shared.adapters.aws.dynamodb_log_reader import DynamodbLogReader
from shared.adapters.local.system_clock import SystemClock
from shared.domain.events import Event


def read_log(dynamodb: Any, table: str, incident_id: str) -> tuple[Event, ...]:
    """The incident's events; none when there is no such incident.

    Raises:
        PortError: AWS failed, or an item is not an event.
    """
    return tuple(DynamodbLogReader(dynamodb, table, SystemClock()).read(incident_id))
