"""Asking people: one durable request an attempt, for exactly this action, until it expires."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.facts import ApprovalExpired, ApprovalRequested, Fact
from shared.domain.impact import BusinessImpact
from shared.domain.incident import Incident
from shared.domain.policy import Verdict
from shared.domain.proposal import Proposal
from shared.domain.runbook import Remedy, Reversibility, preview
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust, EventStore, load, record
from shared.ports.resources import ResourceReader
from shared.ports.workflow import WaitingRoom, Workflow, waiting_key

PEOPLE = "people"
"""Who is waited for, in the name of the answer."""


@dataclass(frozen=True)
class AskingPeople:
    """What they are shown is computed, complete, and part of the log before anybody is told."""

    store: EventStore
    distrust: Distrust
    clock: Clock
    waiting: WaitingRoom
    workflow: Workflow
    catalogue: CatalogueSource
    resources: ResourceReader
    remedies: Mapping[str, Remedy]
    wait: timedelta

    def request(self, state: Incident, verdict: Verdict) -> ApprovalRequested:
        """What people are asked about the certificate's proposal.

        Raises:
            PortError: the target cannot be read, so nobody could say what would change.
        """
        if state.certificate is None:
            raise ValueError(f"{state.id}: nothing was decided")
        proposal = state.certificate.proposal
        remedy, services = self.remedies[proposal.runbook], self.catalogue.services()
        before = self.resources.observe(remedy.runbook, proposal.target)
        now = self.clock.now()
        impact = BusinessImpact.of(services.get(proposal.service))
        return ApprovalRequested(
            request=f"{state.id}-{state.attempt}-{proposal.digest[:12]}{_again(state)}",
            attempt=state.attempt,
            proposal=proposal,
            needed=max(1, verdict.approvals),
            role=verdict.role.value if verdict.role else "on_call",
            expires_at=now + self.wait,
            preview=preview(before, remedy.effect(proposal, before)),
            blast_radius=services.above(proposal.service),
            undo=_undo(remedy, proposal),
            cost_per_minute=str(impact.rate(now)),
            reasons=verdict.reasons,
        )

    def ask(self, incident_id: str, execution: str, token: str) -> None:
        """Leave the state's token, then look whether the answer is there already."""
        self.waiting.wait(waiting_key(execution, "approval", PEOPLE), token)
        state = load(self.store, incident_id, self.distrust)
        said = answer(state)
        if said is not None:
            self.workflow.complete(token, said)

    def end(self, incident_id: str) -> dict[str, object]:
        """Nobody waits any more: the request has expired, unless the answer came at the last moment."""

        def decide(state: Incident) -> tuple[Fact, ...]:
            if state.approval is None or not state.approval.open:
                return ()
            return (ApprovalExpired(request=state.approval.asked.request),)

        state = record(self.store, incident_id, decide, distrust=self.distrust)
        return answer(state) or {"granted": False, "why": "nothing was asked"}


def answer(state: Incident) -> dict[str, object] | None:
    """What the waiting state is told; None while an answer is still waited for."""
    if state.taken is not None:
        return {"granted": False, "why": f"taken over by {state.taken.by}"}
    approval = state.approval
    if approval is None or approval.open:
        return None
    if approval.granted:
        return {"granted": True, "why": f"approved by {', '.join(approval.by)}"}
    by = f" by {approval.denied_by}" if approval.denied_by else ""
    return {"granted": False, "why": f"approval {approval.ended}{by}"}


def _again(state: Incident) -> str:
    """What tells a second request of the same attempt from the first."""
    return f"-{state.approval.number + 1}" if state.approval else ""


def _undo(remedy: Remedy, proposal: Proposal) -> str:
    book = remedy.runbook
    if book.reversibility is Reversibility.TRANSIENT:
        return "nothing that is configured changes, so there is nothing to put back"
    if book.inverse is None:
        return f"none: {book.reversibility.value}"
    return f"{book.inverse} puts back what is there now on {proposal.target}"
