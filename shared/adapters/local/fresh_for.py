"""Sources that are asked again only after ten seconds: they change seldom, and many requests read them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from shared.domain.directory import Directory
from shared.domain.service import ServiceCatalogue
from shared.ports.alarms import Alarm, Alarms
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.directory import DirectorySource

FRESH = timedelta(seconds=10)
T = TypeVar("T")


class _Fresh(Generic[T]):
    def __init__(self, ask: Callable[[], T], clock: Clock) -> None:
        self._ask, self._clock = ask, clock
        self._known: tuple[datetime, T] | None = None

    def get(self) -> T:
        now = self._clock.now()
        if self._known is None or not timedelta() <= now - self._known[0] < FRESH:
            self._known = (now, self._ask())
        return self._known[1]

    def forget(self) -> None:
        self._known = None


class FreshCatalogue:
    """The service catalogue, at most ten seconds old."""

    def __init__(self, source: CatalogueSource, clock: Clock) -> None:
        self._fresh = _Fresh(source.services, clock)

    def services(self) -> ServiceCatalogue:
        """The catalogue as it was lately."""
        return self._fresh.get()


class FreshDirectory:
    """The stakeholder directory, at most ten seconds old."""

    def __init__(self, source: DirectorySource, clock: Clock) -> None:
        self._source, self._fresh = source, _Fresh(source.directory, clock)

    def directory(self) -> Directory:
        """The directory as it was lately."""
        return self._fresh.get()

    def save(self, directory: Directory) -> None:
        """Replace the directory.

        Raises:
            InvalidConfiguration: it contradicts itself; the earlier one stays.
        """
        self._source.save(directory)
        self._fresh.forget()


class FreshAlarms:
    """The house's alarms, at most ten seconds old: CloudWatch throttles who lists alarms too often."""

    def __init__(self, source: Alarms, clock: Clock) -> None:
        self._fresh = _Fresh(source.alarms, clock)

    def alarms(self) -> tuple[Alarm, ...]:
        """The alarms as they were lately."""
        return self._fresh.get()
