"""Prediction agent: AWS entry point."""

from shared.agents.prediction import AGENT
from shared.runtime.voter import voter_handler

handler = voter_handler(AGENT)
