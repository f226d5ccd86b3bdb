"""Communication agent: AWS entry point for the log's events, the clock, and calls that it asked for."""

from typing import Any

from shared.agents.communication import NAME
from shared.composition.communication import delivery
from shared.runtime.bus import bus_handler
from shared.runtime.delivering import delivering, woken
from shared.runtime.stream import stream_handler

on_time = delivering(NAME, lambda: delivery().deliver)
on_stream = stream_handler(NAME, lambda: delivery().mark)
on_wake = bus_handler(NAME, woken(lambda: delivery().wake))


def handler(event: dict[str, Any], context: Any) -> Any:
    """Stream records and calls say where to look; then, and every minute, what is there is told."""
    answer = on_stream(event, context) if "Records" in event else None
    called = on_wake(event, context) if "wake" in event else None
    on_time(context, hurried=answer is not None)
    return answer or called
