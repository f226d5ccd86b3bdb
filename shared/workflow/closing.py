"""The end of an attempt, and of an incident: everything that was held is given back."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.facts import (
    AttemptAbandoned,
    Fact,
    HandedToPeople,
    IncidentClosed,
    IncidentResolved,
)
from shared.domain.impact import BusinessImpact, own_cost
from shared.domain.incident import LEFT_WITH_A_HUMAN, Incident
from shared.domain.runbook import Remedy
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.controls import Controls
from shared.ports.event_store import Distrust, EventStore, load, record
from shared.ports.locks import Locks
from shared.workflow.demotion import demote
from shared.workflow.leases import give_back
from shared.workflow.vigilance import Vigilance

MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Closing:
    """Ends an incident in the log, with what it cost."""

    store: EventStore
    distrust: Distrust
    catalogue: CatalogueSource
    clock: Clock
    vigilance: Vigilance
    locks: Locks
    controls: Controls
    remedies: Mapping[str, Remedy]

    def again(self, incident_id: str, reason: str) -> bool:
        """Give this attempt up for another one; False when a human has it, or the attempts are spent.

        What failed is undone before: an attempt begins with the world as it was.
        """
        state = load(self.store, incident_id, self.distrust)
        give_back(self.locks, self.catalogue.services(), state)
        self._settle(state)

        def decide(now: Incident) -> tuple[Fact, ...]:
            over = now.abandoned >= state.attempt
            if over or now.in_human_hands or state.attempt >= MOST_ATTEMPTS:
                return ()
            return (AttemptAbandoned(attempt=state.attempt, reason=reason[:1_000]),)

        after = record(self.store, incident_id, decide, distrust=self.distrust)
        return after.abandoned >= state.attempt

    def close(self, incident_id: str, verified: bool) -> tuple[str, int]:
        """End the machine's part; returns its outcome (resolved, rolled_back, escalated or observed).

        And the seconds until what was done is to be taken back, if it was for a time only; else 0. What is
        rolled back or escalated is people's from here on, and open until they end it.
        """

        def decide(state: Incident) -> tuple[Fact, ...]:
            if state.handed is not None or not state.is_open:
                return ()
            outcome = "resolved" if verified and state.verified is not None else _outcome(state)
            spent = {
                "decision": state.decision,
                "business_usd": self._business(state),
                "incident_usd": f"{own_cost(state.head.version):.4f}",
            }
            if outcome in LEFT_WITH_A_HUMAN:
                return (HandedToPeople(outcome=outcome, **spent),)
            closed = IncidentClosed(outcome=outcome, **spent)
            if outcome != "resolved":
                return (closed,)
            business, own = closed.business_usd, closed.incident_usd
            return (IncidentResolved(business_usd=business, incident_usd=own), closed)

        state = record(self.store, incident_id, decide, distrust=self.distrust)
        self.release(incident_id)
        self._settle(state)
        ended = state.closed or state.handed
        return ended.outcome if ended else "", self._expiry(state)

    def release(self, incident_id: str) -> None:
        """Give back every lease of the incident."""
        give_back(self.locks, self.catalogue.services(), load(self.store, incident_id, self.distrust))

    def _settle(self, state: Incident) -> None:
        """The agents learn whether they were right, and a remedy that did harm loses its autonomy."""
        demote(state, self.catalogue.services(), self.controls)
        self.vigilance.settle(state, verified=state.verified is not None and state.regressed is None)

    def _expiry(self, state: Incident) -> int:
        done = state.action(undo=False)
        if done is None or state.action(undo=True) is not None or state.verified is None:
            return 0
        return self.remedies[done.proposal.runbook].runbook.expires_seconds or 0

    def _business(self, state: Incident) -> str:
        """US dollars of the time in which it was felt, until now."""
        service = self.catalogue.services().by_name.get(state.opened.service)
        impact = BusinessImpact.of(service) if service else BusinessImpact.of_tier(state.opened.tier)
        return str(impact.cost_of(state.felt, self.clock.now()))


def _outcome(state: Incident) -> str:
    if state.rolled_back is not None:
        return "rolled_back"
    if state.escalation is not None:
        return "escalated"
    return "observed"
