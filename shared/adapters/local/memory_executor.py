"""Automations in this process: acting is a function, done at start."""

from collections.abc import Callable
from datetime import timedelta
from threading import Lock

from shared.adapters.local.manual_clock import ManualClock
from shared.domain.errors import NotPinned, PortError
from shared.domain.model import digest
from shared.domain.naming import Place, Reach
from shared.domain.proposal import Proposal
from shared.domain.runbook import Runbook
from shared.ports.clock import Clock
from shared.ports.executor import Issued, OnIssued, Run, unheard

Act = Callable[[Proposal], str | None]
"""Does it, and returns the reason of a failure or None."""
SESSION = timedelta(seconds=120)
HERE = Place("local", "000000000000", "local")


class MemoryExecutor:
    """Acts once a token. `changed` are runbooks whose document is not the catalogue's any more.

    With a `reach` it refuses what the stage would; a `lasting` automation runs until it is stopped.
    """

    def __init__(
        self,
        act: Act,
        reach: Reach | None = None,
        changed: frozenset[str] = frozenset(),
        clock: Clock | None = None,
        *,
        lasting: bool = False,
    ) -> None:
        self._act = act
        self._reach = reach
        self._changed = changed
        self._clock = clock or ManualClock()
        self._lasting = lasting
        self._runs: dict[str, Run] = {}  # by token
        self.guards: dict[str, str] = {}  # by token: the alarm that would have stopped it
        self._lock = Lock()

    def pinned(self, runbook: Runbook, target: str = "") -> None:
        """Refuse a runbook whose document was changed.

        Raises:
            OutOfReach: the stage does not act there.
            NotPinned: it was.
        """
        self._place(target)
        if runbook.id in self._changed:
            raise NotPinned(f"the document of {runbook.id} is not the catalogue's")

    def start(
        self,
        runbook: Runbook,
        proposal: Proposal,
        incident_id: str,
        token: str,
        issued: OnIssued = unheard,
        guard: str = "",
    ) -> Run:
        """Act, unless this token did.

        Raises:
            InvalidParameters: the runbook does not take the proposal.
            OutOfReach: the stage does not act there.
            NotPinned: its document was changed.
        """
        runbook.check(proposal)
        self.pinned(runbook, proposal.target)
        with self._lock:
            if token not in self._runs:
                issued(self._issue(runbook, proposal, incident_id))
                self.guards[token] = guard
                reason = self._act(proposal)
                run_id = f"{incident_id}-{len(self._runs) + 1}"
                status = "failed" if reason else "running" if self._lasting else "succeeded"
                self._runs[token] = Run(run_id, status, reason or "")
            return self._runs[token]

    def status(self, run_id: str, target: str = "") -> Run:
        """Where the automation is.

        Raises:
            OutOfReach: the stage does not act there.
            PortError: there is none of this id.
        """
        return self._runs[self._token(run_id, target)]

    def find(self, token: str, target: str = "") -> Run | None:
        """The automation that this token started, if it did."""
        self._place(target)
        return self._runs.get(token)

    def stop(
        self,
        runbook: Runbook,
        proposal: Proposal,
        incident_id: str,
        run_id: str,
        issued: OnIssued = unheard,
    ) -> None:
        """Cancel it, if it still runs.

        Raises:
            OutOfReach: the stage does not act there.
            PortError: there is none of this id.
        """
        token = self._token(run_id, proposal.target)
        issued(self._issue(runbook, proposal, incident_id))
        if self._runs[token].status == "running":
            self._runs[token] = Run(run_id, "failed", "Cancelled")

    def _place(self, target: str) -> Place:
        return self._reach.place(target) if self._reach else HERE

    def _token(self, run_id: str, target: str) -> str:
        self._place(target)
        for token, run in self._runs.items():
            if run.id == run_id:
                return token
        raise PortError(f"no automation {run_id}", retryable=False)

    def _issue(self, runbook: Runbook, proposal: Proposal, incident_id: str) -> Issued:
        role = self._place(proposal.target).deployed(runbook).role
        ends_at = self._clock.now() + SESSION
        return Issued(role, incident_id, f"memory:{incident_id}", digest(proposal.plain()), ends_at)
