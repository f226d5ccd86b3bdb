"""Answers of a person at their own machine: written into the log with the operator's key."""

from collections.abc import Callable, Sequence

from scripts.operator_log import OperatorLog
from shared.domain.clearance import Caller
from shared.domain.errors import CommandRefused, IncidentNotFound
from shared.domain.facts import Acknowledged, ApprovalDenied, ApprovalGranted, Fact, TakenOver
from shared.domain.incident import Incident
from shared.ports.answering import Outcome, Said


class OperatorAnswering:
    """As `commander approve`, `deny` and `take-over` write them."""

    def __init__(self, log: OperatorLog) -> None:
        self._log = log

    def approve(self, who: Caller, incident_id: str, request: str, digest: str) -> Said:
        """Yes to exactly what was shown."""

        def granted(state: Incident) -> tuple[Fact, ...]:
            full = _asked(state, request, digest)
            return (ApprovalGranted(request=request, digest=full, by=who.id),)

        return self._write(incident_id, granted, f"approved by {who.id}")

    def deny(self, who: Caller, incident_id: str, request: str, digest: str, reason: str) -> Said:
        """No to it."""

        def denied(state: Incident) -> tuple[Fact, ...]:
            full = _asked(state, request, digest)
            return (ApprovalDenied(request=request, digest=full, by=who.id, reason=reason[:1_000]),)

        return self._write(incident_id, denied, f"denied by {who.id}")

    def take_over(self, who: Caller, incident_id: str, reason: str) -> Said:
        """The machine starts nothing more."""

        def taken(state: Incident) -> tuple[Fact, ...]:
            if state.closed or state.taken:
                raise CommandRefused(f"{incident_id}: {'closed' if state.closed else 'taken over'} already")
            return (TakenOver(by=who.id, reason=reason[:1_000]),)

        return self._write(incident_id, taken, f"{who.id} has it")

    def acknowledge(self, who: Caller, incident_id: str) -> Said:
        """Somebody has seen it."""
        seen = Acknowledged(by=who.id, through="dashboard")
        return self._write(incident_id, lambda _state: (seen,), f"acknowledged by {who.id}")

    def _write(self, incident_id: str, decide: Callable[[Incident], Sequence[Fact]], done: str) -> Said:
        try:
            self._log.record(incident_id, decide)
        except IncidentNotFound as error:
            return Said(outcome=Outcome.UNKNOWN, text=str(error))
        except CommandRefused as error:
            return Said(outcome=Outcome.TOO_LATE, text=str(error))
        return Said(outcome=Outcome.DONE, text=f"{incident_id}: {done}")


def _asked(state: Incident, request: str, digest: str) -> str:
    """The whole digest of what is asked, if it is what was shown.

    Raises:
        CommandRefused: it is not, or nothing is asked any more.
    """
    approval = state.approval
    if approval is None or not approval.open or approval.asked.request != request:
        raise CommandRefused(f"{state.id}: that is not asked any more")
    asked = approval.asked.proposal.digest
    if not asked.startswith(digest):
        raise CommandRefused(f"{state.id}: asked is {asked[:12]}, which is not what was shown")
    return asked
