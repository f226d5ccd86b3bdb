"""Whether a runbook's role may do what a proposal wants, asked before it is tried."""

from enum import StrEnum
from typing import Protocol

from shared.domain.proposal import Proposal
from shared.domain.runbook import Runbook


class Answer(StrEnum):
    """What a simulation said."""

    ALLOWED = "allowed"
    DENIED = "denied"
    IMPOSSIBLE = "impossible"


class Permissions(Protocol):
    """Simulates; nothing is assumed and nothing is done."""

    def simulate(self, runbook: Runbook, proposal: Proposal) -> tuple[Answer, str]:
        """The answer, and what is missing or why there is none."""
        ...
