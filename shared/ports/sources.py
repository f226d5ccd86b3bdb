"""What an agent may look at: read-only ports, and the time."""

from dataclasses import dataclass

from shared.ports.catalogue import CatalogueSource
from shared.ports.changes import ChangeLedger
from shared.ports.clock import Clock
from shared.ports.resources import ResourceReader
from shared.ports.telemetry import Telemetry


@dataclass(frozen=True)
class Sources:
    """Everybody gets the same set; what each may really read is what its role permits."""

    clock: Clock
    catalogue: CatalogueSource
    telemetry: Telemetry
    changes: ChangeLedger
    resources: ResourceReader
