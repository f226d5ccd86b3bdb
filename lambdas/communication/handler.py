"""Communication agent: AWS entry point for the log's events, and for the clock."""

from typing import Any

from shared.agents.communication import NAME
from shared.composition.agents import delivery
from shared.runtime.delivering import delivering
from shared.runtime.stream import stream_handler

on_time = delivering(NAME, lambda: delivery().deliver)
on_stream = stream_handler(NAME, lambda: delivery().mark)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Stream records say where to look; then, and every minute, what is there is told."""
    answer = on_stream(event, context) if "Records" in event else None
    on_time(context, hurried=answer is not None)
    return answer
