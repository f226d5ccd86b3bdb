"""The one road to execution: a session for one runbook on one target, and the automation it starts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.proposal import Proposal
from shared.domain.runbook import Runbook


@dataclass(frozen=True)
class Run:
    """An automation execution."""

    id: str
    status: str  # running | succeeded | failed
    reason: str = ""


@dataclass(frozen=True)
class Issued:
    """A session that was handed out: all about it but its secrets."""

    role: str  # ARN
    session: str  # its name
    user_id: str  # what `aws:userid` says of it, and what break-glass denies
    policy: str  # SHA-256 of the session policy, hexadecimal
    ends_at: datetime  # UTC: when its policy ends, long before STS would end it


OnIssued = Callable[[Issued], None]
"""Told before the session is used; what it raises stops the use."""


def unheard(_issued: Issued) -> None:
    """For callers to whom somebody else tells."""


class Executor(Protocol):
    """Starts, follows and stops automations with just-in-time credentials.

    Every method raises OutOfReach, before anybody is asked, for a target in another Region or an account
    that the stage does not act in; no target means the stage's own account.
    """

    def pinned(self, runbook: Runbook, target: str = "") -> None:
        """Hold the deployed document, where the target is, against the catalogue's.

        Raises:
            NotPinned: it says something else, or is not there.
            PortError: it cannot be read.
        """
        ...

    def start(
        self,
        runbook: Runbook,
        proposal: Proposal,
        incident_id: str,
        token: str,
        issued: OnIssued = unheard,
        guard: str = "",
    ) -> Run:
        """Start the pinned document as a session for exactly this target; the same token never starts two.

        Args:
            guard: the name of an alarm that stops it.

        Raises:
            InvalidParameters: the runbook does not take the proposal.
            NotPinned: the document is not the catalogue's.
            AccessDenied: a role, session or boundary forbids it.
            PortError: it could not be started.
        """
        ...

    def status(self, run_id: str, target: str = "") -> Run:
        """Where the automation is.

        Raises:
            PortError: AWS failed, or there is none of this id.
        """
        ...

    def find(self, token: str, target: str = "") -> Run | None:
        """The automation that this token started, if it did (after a crash).

        Raises:
            PortError: AWS failed, which says nothing about the automation.
        """
        ...

    def stop(
        self,
        runbook: Runbook,
        proposal: Proposal,
        incident_id: str,
        run_id: str,
        issued: OnIssued = unheard,
    ) -> None:
        """Cancel the automation as a session that can do nothing else; one that has ended stays as it is.

        What the current step has asked AWS for is not taken back.

        Raises:
            AccessDenied: a role, session or boundary forbids it.
            PortError: it could not be stopped.
        """
        ...
