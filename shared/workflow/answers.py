"""What people say of an incident, by whatever road: the one place that decides whether it counts.

A refusal is an outcome with its sentence, not an exception: the road shows it to who asked. Whether something
counts is decided again on the log as it is when it is appended, so two answers at once make one decision.
"""

from datetime import datetime

from shared.domain import facts
from shared.domain.answer import Outcome
from shared.domain.commands import change_severity
from shared.domain.errors import CommandRefused, IncidentNotFound
from shared.domain.identity import Identity, Speaker
from shared.domain.incident import Incident
from shared.domain.person import Role
from shared.domain.plain_text import sanitised
from shared.domain.severity import Severity
from shared.ports.event_store import load
from shared.workflow.ownership import Ownership
from shared.workflow.reasons import reasons
from shared.workflow.refusals import Refusal, approved, refused, stamped
from shared.workflow.said import MOST_REASON, Decision, Said, unknown


class Answers(Ownership):
    """Everything that people say."""

    def approve(self, who: Identity, incident_id: str, request: str, digest: str) -> Said:
        """Say yes to exactly this request and proposal.

        Raises:
            PortError: the log, its keys or the directory failed; nothing is known to be written.
        """
        by = self._speaker(who)

        def decide(state: Incident) -> Decision:
            refused = self._refused(state, by, request, digest)
            return refused or facts.ApprovalGranted(request=request, digest=digest, by=by.by, role=by.weight)

        def done(state: Incident) -> str | None:
            approval = state.approval
            if approval is None or approval.asked.request != request:
                return f"approved by {by.by}"
            return approved(approval) if by.among(approval.by) else None

        return self._settled(incident_id, by, decide, done)

    def deny(self, who: Identity, incident_id: str, request: str, digest: str, reason: str = "") -> Said:
        """Say no to it; one is enough.

        Raises:
            PortError: as `approve`.
        """
        by = self._speaker(who)

        def decide(state: Incident) -> Decision:
            refused = self._refused(state, by, request, digest, no=True)
            given = sanitised(reason, MOST_REASON)
            return refused or facts.ApprovalDenied(request=request, digest=digest, by=by.by, reason=given)

        def done(state: Incident) -> str | None:
            approval = state.approval
            if approval is None or approval.asked.request != request:
                return f"denied by {by.by}"
            return f"denied by {approval.denied_by}" if by.among((approval.denied_by,)) else None

        return self._settled(incident_id, by, decide, done)

    def acknowledge(
        self,
        who: Identity,
        incident_id: str,
        reference: str = "",
        *,
        over: bool = False,
        said_at: datetime | None = None,
    ) -> Said:
        """Say that somebody has seen it; nobody needs a role for that, and the machine goes on.

        Args:
            reference: the vendor's id of what was said; a second one of the same id changes nothing.
            over: they said there that it is over.
            said_at: when they said so; people who were asked anew since then have not answered to that.

        Raises:
            PortError: as `approve`.
        """
        by = self._speaker(who)

        def decide(state: Incident) -> Decision:
            if state.acknowledged_at is not None and (state.page_over or not over):
                return Outcome.ALREADY, "somebody has acknowledged it already"
            if reference and self._heard(incident_id, reference):
                return Outcome.ALREADY, "this was heard already"
            if said_at is not None and state.asked_at is not None and said_at < state.asked_at:
                return Outcome.TOO_LATE, f"people were asked again since then, at {stamped(state.asked_at)}"
            where = who.where.value
            return facts.Acknowledged(by=by.by, through=where, reference=reference[:256], over=over)

        said = f"acknowledged by {by.by}"
        return self._settled(incident_id, by, decide, lambda state: said if state.acknowledged_at else None)

    def grade(self, who: Identity, incident_id: str, severity: Severity, reason: str) -> Said:
        """Say how grave it is, with a reason that people are told.

        Raises:
            PortError: as `approve`.
        """
        by = self._speaker(who)

        def decide(state: Incident) -> Decision:
            if not by.may(Role.ON_CALL):
                return self._not_theirs(state, Role.ON_CALL, by)
            try:
                written = change_severity(state, severity, by.by, sanitised(reason, MOST_REASON))
            except CommandRefused as refused:
                return Outcome.TOO_LATE, str(refused).removeprefix(f"{state.id}: ")
            return written[0] if written else (Outcome.ALREADY, f"it is graded {state.severity} already")

        def done(state: Incident) -> str | None:
            return f"graded {severity.value} by {by.by}" if state.severity == severity.value else None

        return self._settled(incident_id, by, decide, done)

    def why(self, incident_id: str) -> Said:
        """What is thought, voted, seen and permitted, in `lines`. Anybody may ask.

        Raises:
            PortError: as `approve`.
        """
        try:
            state = load(self.store, incident_id, self.distrust)
        except IncidentNotFound:
            return unknown(incident_id)
        return Said(Outcome.DONE, f"{incident_id}: why", reasons(state), incident=state)

    def _refused(
        self, state: Incident, by: Speaker, request: str, digest: str, *, no: bool = False
    ) -> Refusal | None:
        """Why an answer to a request does not count, if it does not."""
        role = state.approval.asked.role if state.approval else Role.ON_CALL.value
        if not by.may(role):
            return self._not_theirs(state, role, by)
        return refused(state, by, (request, digest), self.clock.now(), no=no)
