"""The log as it lies there, in this process."""

from shared.adapters.local.memory_event_store import MemoryLogs
from shared.domain.audit_records import EVENT_KEY, Item
from shared.domain.events import Event, Head, head_of
from shared.domain.model import canonical_json


class MemoryRawLog:
    """The same logs that memory event stores write."""

    def __init__(self, logs: MemoryLogs) -> None:
        self._logs = logs

    def items(self, incident_id: str) -> tuple[Item, ...]:
        """Every item of an incident's log."""
        return tuple(map(_item, self._logs.events.get(incident_id, ())))

    def head(self, incident_id: str) -> Head | None:
        """Where the log ends; None when there is none."""
        events = self._logs.events.get(incident_id, ())
        return head_of(events) if events else None


def _item(event: Event) -> Item:
    return Item(
        sort_key=f"{EVENT_KEY}{event.version:012d}",
        body=canonical_json(event.plain()).decode(),
        attributes={
            "type": event.type,
            "author": event.recorded_by.value,
            "incident_id": event.incident_id,
        },
    )
