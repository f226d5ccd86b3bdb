"""Diagnosis agent: AWS entry point."""

from shared.agents.diagnosis import AGENT
from shared.runtime.voter import voter_handler

handler = voter_handler(AGENT)
