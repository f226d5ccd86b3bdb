"""Automations in this process: acting is a function, done at start."""

from collections.abc import Callable
from threading import Lock

from shared.domain.errors import PortError
from shared.domain.proposal import Proposal
from shared.domain.runbook import Runbook
from shared.ports.executor import Run

Act = Callable[[Proposal], str | None]
"""Does it, and returns the reason of a failure or None."""


class MemoryExecutor:
    """Acts once a token."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._runs: dict[str, Run] = {}  # by token
        self._lock = Lock()

    def start(self, runbook: Runbook, proposal: Proposal, incident_id: str, token: str) -> Run:
        """Act, unless this token did.

        Raises:
            InvalidParameters: the runbook does not take the proposal.
        """
        runbook.check(proposal)
        with self._lock:
            if token not in self._runs:
                reason = self._act(proposal)
                run_id = f"{incident_id}-{len(self._runs) + 1}"
                self._runs[token] = Run(run_id, "failed" if reason else "succeeded", reason or "")
            return self._runs[token]

    def status(self, run_id: str) -> Run:
        """Where the automation is.

        Raises:
            PortError: there is none of this id.
        """
        for run in self._runs.values():
            if run.id == run_id:
                return run
        raise PortError(f"no automation {run_id}", retryable=False)

    def find(self, token: str) -> Run | None:
        """The automation that this token started, if it did."""
        return self._runs.get(token)
