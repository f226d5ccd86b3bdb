"""What people say of an incident, by whatever road: the one place that decides whether it counts.

A refusal is an outcome with its sentence, not an exception: the road shows it to who asked. Whether something
counts is decided again on the log as it is when it is appended, so two answers at once make one decision.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.domain import facts
from shared.domain.answer import Outcome
from shared.domain.commands import change_severity
from shared.domain.errors import CommandRefused, IncidentNotFound
from shared.domain.identity import Identity, Speaker, speaker, who_may
from shared.domain.incident import Incident
from shared.domain.person import Role
from shared.domain.plain_text import sanitised
from shared.domain.severity import Severity
from shared.ports.clock import Clock
from shared.ports.directory import DirectorySource
from shared.ports.event_store import Distrust, EventStore, load, record
from shared.workflow.reasons import reasons
from shared.workflow.refusals import Refusal, approved, holder, over, refused, running, stamped

MOST_SAID, MOST_REASON = 500, 1_000
"""Characters of a sentence, and of somebody's own words."""


@dataclass(frozen=True)
class Said:
    """The outcome, and its sentence: plain text and bounded. A road escapes it for its own markup."""

    outcome: Outcome
    text: str
    lines: tuple[str, ...] = ()
    by: str = ""
    incident: Incident | None = None

    @property
    def ok(self) -> bool:
        """Whether it is now as they said."""
        return self.outcome in (Outcome.DONE, Outcome.ALREADY)


Decision = Refusal | facts.Fact
"""A refusal or a repetition with its sentence, or what is to be written."""


@dataclass(frozen=True)
class Answers:
    """`store` writes as the road's author. Nothing here raises but what a port does."""

    store: EventStore
    distrust: Distrust
    directory: DirectorySource
    clock: Clock

    def approve(self, who: Identity, incident_id: str, request: str, digest: str) -> Said:
        """Say yes to exactly this request and proposal.

        Raises:
            PortError: the log, its keys or the directory failed; nothing is known to be written.
        """
        by = self._speaker(who)

        def decide(state: Incident) -> Decision:
            refused = self._refused(state, by, request, digest)
            return refused or facts.ApprovalGranted(request=request, digest=digest, by=by.by)

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

    def take_over(self, who: Identity, incident_id: str, reason: str = "") -> Said:
        """Have the incident from here on: the machine starts nothing more.

        Raises:
            PortError: as `approve`.
        """
        by = self._speaker(who)

        def decide(state: Incident) -> Decision:
            if not by.may(Role.ON_CALL):
                return self._not_theirs(state, Role.ON_CALL, by)
            if not state.is_open:
                return Outcome.TOO_LATE, over(state)
            ours = by.among((state.owner,))
            if state.owner and (not ours or state.acknowledged_at is not None):
                return Outcome.ALREADY, f"{holder(state.owner, by)} it already{running(state)}"
            return facts.TakenOver(by=by.by, reason=sanitised(reason, MOST_REASON))

        def done(state: Incident) -> str | None:
            return f"{by.by} has it{running(state)}" if by.among((state.owner,)) else None

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
            return _unknown(incident_id)
        return Said(Outcome.DONE, f"{incident_id}: why", reasons(state), incident=state)

    def _speaker(self, who: Identity) -> Speaker:
        return speaker(self.directory.directory(), who)

    def _settled(
        self,
        incident_id: str,
        by: Speaker,
        decide: Callable[[Incident], Decision],
        done: Callable[[Incident], str | None],
    ) -> Said:
        """What was decided on the log as it was when it was written, or why nothing was."""
        decided: list[Decision] = []

        def written(state: Incident) -> tuple[facts.Fact, ...]:
            decided[:] = [decide(state)]
            return (decided[0],) if isinstance(decided[0], facts.Fact) else ()

        try:
            after = record(self.store, incident_id, written, distrust=self.distrust)
        except IncidentNotFound:
            return _unknown(incident_id)
        last = decided[0]
        if isinstance(last, facts.Fact):
            text = done(after)
            last = (Outcome.DONE, text) if text else self._uncounted(decide(after))
        outcome, text = last
        return Said(outcome, sanitised(f"{incident_id}: {text}", MOST_SAID), by=by.by, incident=after)

    def _uncounted(self, again: Decision) -> Refusal:
        """Why what was written did not count: it became too late between reading and writing."""
        return (Outcome.TOO_LATE, "it came too late") if isinstance(again, facts.Fact) else again

    def _heard(self, incident_id: str, reference: str) -> bool:
        events = self.store.read(incident_id)
        ignored = self.distrust(events)
        said = (one for one in events if one.type == "Acknowledged" and one.event_id not in ignored)
        return any(one.data.get("reference") == reference for one in said)

    def _refused(
        self, state: Incident, by: Speaker, request: str, digest: str, *, no: bool = False
    ) -> Refusal | None:
        """Why an answer to a request does not count, if it does not."""
        role = state.approval.asked.role if state.approval else Role.ON_CALL.value
        if not by.may(role):
            return self._not_theirs(state, role, by)
        return refused(state, by, (request, digest), self.clock.now(), no=no)

    def _not_theirs(self, state: Incident, role: str, by: Speaker) -> Refusal:
        directory = self.directory.directory()
        if not directory.people:
            return Outcome.NOT_YOURS, (
                "nobody here knows who you are yet: answer at the command line, or "
                "`commander people set` who has which role"
            )
        known = "" if by.role else f" (nobody of the directory has {by.by} among their identities)"
        may = who_may(directory, role, state.opened)
        return Outcome.NOT_YOURS, f"this is not yours to say{known}; it is for {may}"


def _unknown(incident_id: str) -> Said:
    return Said(Outcome.UNKNOWN, sanitised(f"there is no incident {incident_id} here", MOST_SAID))
