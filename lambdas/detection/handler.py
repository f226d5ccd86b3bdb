"""Detection agent: AWS entry point for signals, and for calls to take part."""

from shared.agents.detection import AGENT
from shared.composition.agents import participant
from shared.composition.detection import opening
from shared.runtime.stream import stream_handler

handler = stream_handler(AGENT.name, lambda: participant(AGENT).hear, lambda: opening().hear)
