"""The rest of the state machine's own tasks: ask an agent, authorise an action, close the incident."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.commands import reuse_findings
from shared.domain.errors import CommanderError, CommandRefused
from shared.domain.facts import ActionAuthorised, ActionWithheld, Fact, IncidentClosed, IncidentResolved
from shared.domain.impact import BusinessImpact, own_cost
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.runbook import Remedy
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust, EventStore, believe, load, record
from shared.ports.standing import Standing
from shared.ports.workflow import WaitingRoom, Workflow, waiting_key
from shared.workflow.coordination import answered
from shared.workflow.vigilance import Vigilance


class Autonomy(StrEnum):
    """What the machine may do by itself (DESIGN 1)."""

    OBSERVE = "L0"
    ADVISE = "L1"
    APPROVE = "L2"
    AUTONOMOUS = "L3"


@dataclass(frozen=True)
class Asking:
    """Asks an agent on behalf of a waiting state."""

    store: EventStore
    waiting: WaitingRoom
    workflow: Workflow
    standing: Standing
    clock: Clock
    distrust: Distrust = believe

    def ask(self, incident_id: str, execution: str, what: str, agent: str, token: str) -> None:
        """Leave the token, then look whether the answer is there already: neither order loses one.

        Nobody waits for findings of an agent whose breaker is open: what this log has of it from the last
        five minutes stands in for them. What it sends in time counts, and replaces that.
        """
        self.waiting.wait(waiting_key(execution, what, agent), token)
        if answered(load(self.store, incident_id), what, agent):
            self.workflow.complete(token, {"agent": agent})
        elif what == "findings" and not self.standing.allows(AgentName(agent)):
            self.workflow.complete(
                token, {"agent": agent, "breaker": "open", **self._reused(incident_id, agent)}
            )

    def _reused(self, incident_id: str, agent: str) -> dict[str, object]:
        def decide(state: Incident) -> tuple[Fact, ...]:
            return reuse_findings(state, AgentName(agent), self.clock.now())

        state = record(self.store, incident_id, decide, distrust=self.distrust)
        reused = state.reused.get(AgentName(agent))
        return {"cached": True, "age_seconds": reused.age_seconds} if reused else {}


@dataclass(frozen=True)
class Authorisation:
    """Default deny: the catalogue, one known target, and the stage's autonomy level."""

    store: EventStore
    distrust: Distrust
    remedies: Mapping[str, Remedy]
    catalogue: CatalogueSource
    autonomy: Autonomy

    def authorise(self, incident_id: str) -> bool:
        """Whether the winner may be executed, written down with the reasons."""
        permitted = False

        def decide(state: Incident) -> tuple[Fact, ...]:
            nonlocal permitted
            permitted = state.authorised is not None
            if state.authorised or state.withheld:
                return ()
            if state.certificate is None:
                raise CommandRefused(f"{incident_id}: nothing was decided, so nothing can be authorised")
            proposal, level = state.certificate.proposal, self.autonomy.value
            against = self._objections(proposal)
            if against:
                return (ActionWithheld(proposal=proposal, autonomy=level, reasons=against),)
            permitted = True
            reasons = ("in the catalogue", "one target, of a known service", f"autonomy {level}")
            return (ActionAuthorised(proposal=proposal, autonomy=level, reasons=reasons),)

        record(self.store, incident_id, decide, distrust=self.distrust)
        return permitted

    def _objections(self, proposal: Proposal) -> tuple[str, ...]:
        found = []
        remedy = self.remedies.get(proposal.runbook)
        if remedy is None:
            found.append(f"{proposal.runbook} is not in the catalogue")
        else:
            found += self._misfits(remedy, proposal)
        if self.autonomy is Autonomy.APPROVE:
            found.append("autonomy L2: a person must approve")
        elif self.autonomy is not Autonomy.AUTONOMOUS:
            found.append(f"autonomy {self.autonomy.value}: nothing is executed")
        return tuple(found)

    def _misfits(self, remedy: Remedy, proposal: Proposal) -> list[str]:
        found = []
        try:
            remedy.runbook.check(proposal)
            service = self.catalogue.services().get(proposal.service)
        except CommanderError as error:
            return [str(error)]
        if service.resources.get(remedy.runbook.resource) != proposal.target:
            found.append(f"{proposal.target} is not a resource of {service.name}")
        if remedy.runbook.blast_radius != 1:
            found.append(f"it changes {remedy.runbook.blast_radius} resources; one is the limit")
        return found


@dataclass(frozen=True)
class Closing:
    """Ends an incident in the log, with what it cost."""

    store: EventStore
    distrust: Distrust
    catalogue: CatalogueSource
    clock: Clock
    vigilance: Vigilance

    def close(self, incident_id: str, verified: bool) -> str:
        """Close; returns the outcome: resolved, rolled_back, escalated or observed."""

        def decide(state: Incident) -> tuple[Fact, ...]:
            if state.closed is not None:
                return ()
            resolved = verified and state.verified is not None
            business, own = self._business(state), f"{own_cost(state.head.version):.4f}"
            closed = IncidentClosed(
                outcome="resolved" if resolved else _outcome(state),
                decision=state.decision,
                business_usd=business,
                incident_usd=own,
            )
            if not resolved:
                return (closed,)
            return (IncidentResolved(business_usd=business, incident_usd=own), closed)

        state = record(self.store, incident_id, decide, distrust=self.distrust)
        self.vigilance.settle(state, verified=state.verified is not None and state.regressed is None)
        return state.closed.outcome if state.closed else ""

    def _business(self, state: Incident) -> str:
        """US dollars from the first symptom to the verified remedy, or to now."""
        service = self.catalogue.services().get(state.opened.service)
        end = state.verified_at or self.clock.now()
        return str(BusinessImpact.of(service).cumulative_cost(state.opened.started_at, end))


def _outcome(state: Incident) -> str:
    if state.rolled_back is not None:
        return "rolled_back"
    if state.escalation is not None:
        return "escalated"
    return "observed"
