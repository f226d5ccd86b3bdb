"""Detection agent: AWS entry point for signals, and for calls to take part."""

from shared.agents.detection import AGENT
from shared.composition.detection import opening
from shared.runtime.voter import voter_handler

handler = voter_handler(AGENT, lambda: opening().hear)
