"""What an agent may look at: read-only ports, the time, and how much of it is left."""

from dataclasses import dataclass
from typing import Protocol

from shared.ports.action_history import UNTOUCHED, OwnActions
from shared.ports.catalogue import CatalogueSource
from shared.ports.changes import ChangeLedger
from shared.ports.clock import Clock
from shared.ports.resources import ResourceReader
from shared.ports.telemetry import Telemetry
from shared.ports.tracer import UNTRACED, Tracer


class Limit(Protocol):
    """Says when to stop looking and answer with what there is."""

    def spent(self, before: str) -> bool:
        """Whether there is no time for this step any more."""
        ...


class Unlimited:
    """For looks that nobody waits for."""

    def spent(self, before: str) -> bool:
        """Never."""
        return False


UNLIMITED = Unlimited()


@dataclass(frozen=True)
class Sources:
    """Everybody gets the same set; what each may really read is what its role permits."""

    clock: Clock
    catalogue: CatalogueSource
    telemetry: Telemetry
    changes: ChangeLedger
    resources: ResourceReader
    limit: Limit = UNLIMITED
    tracer: Tracer = UNTRACED
    own: OwnActions = UNTOUCHED
