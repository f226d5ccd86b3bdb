"""What the product never writes: an event with any content, hashed and MAC'd by the key of whoever writes."""

from typing import Any

from shared.adapters.local.memory_event_store import MemoryEventStore
from shared.domain.events import Event, head_of
from shared.domain.facts import Author


def forge(
    store: MemoryEventStore, type_: str, data: dict[str, Any], name: Author | None = None, event_id: str = ""
) -> Event:
    """Append an event to the only log there is, as the author whose store this is.

    Args:
        name: in whose name it is written; the key stays that of the writer.
        event_id: another than a new one.
    """
    [(incident, events)] = store._logs.events.items()
    pen, head = store._pen, head_of(events)
    event = Event(
        event_id=event_id or pen.clock.new_id(),
        incident_id=incident,
        version=head.version + 1,
        type=type_,
        occurred_at=pen.clock.now(),
        recorded_by=name or pen.author,
        correlation_id=incident,
        data=data,
        previous_hash=head.hash,
    )
    hashed = event.computed_hash()
    event = event.model_copy(update={"hash": hashed, "author_mac": pen.signer.mac(hashed)})
    store._logs.events[incident] = (*events, event)
    return event
