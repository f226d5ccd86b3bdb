"""What the coordinator counts of incidents for the business, from the log as it is believed."""

from dataclasses import dataclass

from shared.domain.events import Event, malformed
from shared.domain.facts import NotificationSent
from shared.domain.gauge import Gauge
from shared.domain.measures import measured
from shared.ports.event_store import Distrust, EventStore, load

UNWORDED = "Unworded"
"""The counter of messages whose words failed, and that were said plainly."""
TOLD = frozenset({"IncidentDetected", "HandedToPeople", "IncidentClosed"})


@dataclass(frozen=True)
class Reckoning:
    """A record that is delivered twice is counted twice: money errs on the high side."""

    store: EventStore
    distrust: Distrust

    def of(self, event: Event) -> tuple[Gauge, ...]:
        """The numbers that an event adds.

        Raises:
            PortError: the log could not be read.
        """
        if event.type == NotificationSent.__name__ and malformed(event) is None:
            plain = isinstance(event.fact, NotificationSent) and event.fact.unworded
            return (Gauge(name=UNWORDED, value=1),) if plain else ()
        if event.type not in TOLD or malformed(event) is not None:
            return ()
        return measured(event, load(self.store, event.incident_id, self.distrust))
