"""Communication agent: AWS entry point."""

from shared.agents.communication import NAME
from shared.composition.agents import telling
from shared.runtime.stream import stream_handler

handler = stream_handler(NAME, lambda: telling().hear)
