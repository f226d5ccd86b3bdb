"""The one road to execution: a session for one runbook on one target, and the automation it starts."""

from dataclasses import dataclass
from typing import Protocol

from shared.domain.proposal import Proposal
from shared.domain.runbook import Runbook


@dataclass(frozen=True)
class Run:
    """An automation execution."""

    id: str
    status: str  # running | succeeded | failed
    reason: str = ""


class Executor(Protocol):
    """Starts and follows automations with just-in-time credentials."""

    def start(self, runbook: Runbook, proposal: Proposal, incident_id: str, token: str) -> Run:
        """Start the pinned document as a session for exactly this target; the same token never starts two.

        Raises:
            AccessDenied: a role, session or boundary forbids it.
            PortError: it could not be started.
        """
        ...

    def status(self, run_id: str) -> Run:
        """Where the automation is."""
        ...

    def find(self, token: str) -> Run | None:
        """The automation that this token started, if it did (after a crash)."""
        ...
