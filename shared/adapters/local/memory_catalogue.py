"""The service catalogue in this process."""

from shared.domain.service import ServiceCatalogue


class MemoryCatalogue:
    """A catalogue that was given, or none."""

    def __init__(self, catalogue: ServiceCatalogue | None = None) -> None:
        self._catalogue = catalogue or ServiceCatalogue(services=())

    def services(self) -> ServiceCatalogue:
        """The catalogue as it is now."""
        return self._catalogue

    def save(self, catalogue: ServiceCatalogue) -> None:
        """Replace the catalogue.

        Raises:
            InvalidConfiguration: it contradicts itself; the earlier one stays.
        """
        self._catalogue = catalogue.validated()
