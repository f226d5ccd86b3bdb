"""Where the service catalogue is kept."""

from typing import Protocol

from shared.domain.service import ServiceCatalogue


class CatalogueSource(Protocol):
    """Reads the catalogue."""

    def services(self) -> ServiceCatalogue:
        """The catalogue as it is now; empty when none was loaded."""
        ...
