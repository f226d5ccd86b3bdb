"""The rehearsal: just before an action, everything is looked at again, and tried as far as it can be."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.analysis.health import settled, window
from shared.domain.errors import AccessDenied, PortError
from shared.domain.facts import ActionRehearsed, Fact, NotNeeded, RehearsalFailed
from shared.domain.incident import Incident
from shared.domain.proposal import Proposal
from shared.domain.runbook import Infeasible, Remedy, State, Subject, preview
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust, EventStore, load, record
from shared.ports.executor import Executor
from shared.ports.permissions import Answer, Permissions
from shared.ports.resources import ResourceReader
from shared.ports.telemetry import Telemetry
from shared.workflow.leases import Leases
from shared.workflow.proof import Proof
from shared.workflow.sandbox import DONE, IMPOSSIBLE, RUNNING, Sandbox
from shared.workflow.sandbox import FAILED as IN_SANDBOX_FAILED

READY, CHANGED, UNNEEDED, FAILED, PENDING = "ready", "changed", "unneeded", "failed", "pending"


@dataclass(frozen=True)
class Preparing:
    """Nothing is started here, and nothing that could not be tried is called tried."""

    store: EventStore
    distrust: Distrust
    clock: Clock
    remedies: Mapping[str, Remedy]
    catalogue: CatalogueSource
    telemetry: Telemetry
    resources: ResourceReader
    executor: Executor
    permissions: Permissions
    proof: Proof
    leases: Leases
    sandbox: Sandbox | None

    def rehearse(self, incident_id: str) -> tuple[str, str]:
        """(`ready`, `changed`, `unneeded`, `failed`, or `pending` while the sandbox tries it; and why).

        `changed`: the target is not as it was when it was voted on, so the vote is about something else.

        Raises:
            InvalidCertificate, CommandRefused: this incident may not act.
            PortError: something could not be looked at, and may be later.
        """
        state = load(self.store, incident_id, self.distrust)
        proposal = self.proof.of(state)
        self.leases.keep(state)
        gone = self._gone(state)
        if gone:
            return UNNEEDED, gone
        found = self._tried(state, proposal)
        if isinstance(found, ActionRehearsed):
            tried = self._in_sandbox(state, proposal, found)
            if tried is None:
                return PENDING, ""
            found = tried
        self._record(state, found)
        if isinstance(found, RehearsalFailed):
            return (CHANGED if found.changed else FAILED), found.reason
        return READY, ""

    def needed(self, incident_id: str) -> bool:
        """Whether anything can still be felt: another incident may have cured this one too."""
        return not self._gone(load(self.store, incident_id, self.distrust))

    def _gone(self, state: Incident) -> str:
        """What is written down when nothing can be felt any more; else nothing."""
        if not self._is_well(state):
            return ""
        statement = f"nothing of {state.opened.service} can be felt any more"
        self._record(state, NotNeeded(attempt=state.attempt, statement=statement))
        return statement

    def _is_well(self, state: Incident) -> bool:
        """Whether the symptoms went away by themselves: to act on the healthy would be harm."""
        services = self.catalogue.services().of_application(state.opened.application)
        start, split = window(services, state.began)
        series = self.telemetry.series(services, start, self.clock.now())
        return settled(series, split, state.detected_at) is True

    def _tried(self, state: Incident, proposal: Proposal) -> ActionRehearsed | RehearsalFailed:
        def failed(reason: str, *, changed: bool = False) -> RehearsalFailed:
            return RehearsalFailed(
                attempt=state.attempt, proposal=proposal, reason=reason[:1_000], changed=changed
            )

        try:
            before, moved = self._looked_at(state, proposal)
        except PortError as error:
            if error.retryable:
                raise
            return failed(f"the target cannot be read any more: {error}", changed=True)
        if moved:
            return failed(moved, changed=True)
        remedy = self.remedies[proposal.runbook]
        try:
            self.executor.pinned(remedy.runbook, proposal.target)
        except AccessDenied as error:
            return failed(str(error))
        answer, why = self.permissions.simulate(remedy.runbook, proposal)
        if answer is Answer.DENIED:
            return failed(f"its role may not do it: {why}")
        done = ("the preconditions hold", "the document is the one that was deployed")
        impossible = () if remedy.runbook.dry_run else (f"{remedy.runbook.id} has no dry run",)
        allowed = answer is Answer.ALLOWED
        return ActionRehearsed(
            attempt=state.attempt,
            proposal=proposal,
            preview=preview(before, remedy.effect(proposal, before)),
            done=(*done, "its role may do it") if allowed else done,
            impossible=impossible if allowed else (*impossible, f"permissions: {why}"),
        )

    def _in_sandbox(
        self, state: Incident, proposal: Proposal, so_far: ActionRehearsed
    ) -> ActionRehearsed | RehearsalFailed | None:
        """What the rehearsal comes to with the sandbox; None while something runs there."""
        status, said = IMPOSSIBLE, "no sandbox account is configured"
        if self.sandbox is not None:
            status, said = self.sandbox.tried(state, proposal)
        if status == RUNNING:
            return None
        if status == IN_SANDBOX_FAILED:
            return RehearsalFailed(
                attempt=state.attempt, proposal=proposal, reason=said[:1_000], changed=False
            )
        if status == DONE:
            return so_far.model_copy(update={"done": (*so_far.done, said)})
        return so_far.model_copy(update={"impossible": (*so_far.impossible, said)})

    def _looked_at(self, state: Incident, proposal: Proposal) -> tuple[State, str]:
        """The target as it is, and how it is another than at the vote, if it is."""
        remedy = self.remedies[proposal.runbook]
        before = self.resources.observe(remedy.runbook, proposal.target)
        service = self.catalogue.services().get(proposal.service)
        now = remedy.prepare(Subject(service, proposal.target, before, state.began))
        if isinstance(now, Infeasible):
            return before, f"it cannot be done any more: {now.reason}"
        same = now.proposal.digest == proposal.digest
        return before, "" if same else "the target is not as it was at the vote"

    def _record(self, state: Incident, fact: Fact) -> None:
        def decide(now: Incident) -> tuple[Fact, ...]:
            return () if now.rehearsed or now.unneeded else (fact,)

        record(self.store, state.id, decide, distrust=self.distrust)
