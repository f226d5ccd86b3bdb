"""Prediction agent: AWS entry point."""

from shared.agents.prediction import AGENT
from shared.composition.agents import participant
from shared.runtime.stream import stream_handler

handler = stream_handler(AGENT.name, lambda: participant(AGENT).hear)
