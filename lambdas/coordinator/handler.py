"""Coordinator: AWS entry point for the log's stream, and for the end of an execution that failed."""

from typing import Any

from shared.composition.coordinator import coordination, engine_ended, measuring
from shared.runtime.bus import bus_handler
from shared.runtime.stream import stream_handler

on_stream = stream_handler(
    "coordinator",
    lambda: coordination().hear,
    counted={"AgentQuarantined": "Quarantined", "NotificationFailed": "NotificationFailed"},
    measured=lambda: measuring().of,
)
on_bus = bus_handler("coordinator", engine_ended)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Stream records come in batches, bus events alone."""
    return on_stream(event, context) if "Records" in event else on_bus(event, context)
