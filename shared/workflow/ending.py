"""The real end of an incident that people had: what it cost is written down, once."""

from dataclasses import dataclass

from shared.domain.facts import Fact, IncidentClosed
from shared.domain.impact import BusinessImpact, own_cost
from shared.domain.incident import BY_PEOPLE, Incident
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust, EventStore, record


@dataclass(frozen=True)
class Ending:
    """Follows a person's word; a service that has left the catalogue meanwhile costs what its tier does."""

    store: EventStore
    distrust: Distrust
    catalogue: CatalogueSource
    clock: Clock

    def close(self, incident_id: str) -> None:
        """Close what people have resolved; nothing when it is closed, or was reopened meanwhile.

        Raises:
            PortError: it is not known to be written.
        """
        services = self.catalogue.services()

        def decide(state: Incident) -> tuple[Fact, ...]:
            if state.resolution is None or state.closed is not None:
                return ()
            service = services.by_name.get(state.opened.service)
            impact = BusinessImpact.of(service) if service else BusinessImpact.of_tier(state.opened.tier)
            return (
                IncidentClosed(
                    outcome=BY_PEOPLE,
                    decision=state.decision,
                    business_usd=str(impact.cost_of(state.felt, self.clock.now())),
                    incident_usd=f"{own_cost(state.head.version):.4f}",
                ),
            )

        record(self.store, incident_id, decide, distrust=self.distrust)
