"""Where the stakeholder directory is kept."""

from datetime import timedelta
from typing import Protocol

from shared.domain.directory import Directory
from shared.ports.clock import Clock

KEEP = timedelta(seconds=10)


class DirectorySource(Protocol):
    """Reads and replaces the directory."""

    def directory(self) -> Directory:
        """The directory as it is now; empty when none was saved.

        Raises:
            PortError: it cannot be read; `retryable` says whether later may work.
        """
        ...

    def save(self, directory: Directory) -> None:
        """Replace the directory.

        Raises:
            InvalidConfiguration: it contradicts itself; the earlier one stays.
        """
        ...


class KeptDirectory:
    """Reads once in ten seconds: a storm asks for everybody of a thousand incidents."""

    def __init__(self, source: DirectorySource, clock: Clock) -> None:
        self._source, self._clock = source, clock
        self._kept: Directory | None = None
        self._until = clock.now()

    def directory(self) -> Directory:
        """The directory of at most ten seconds ago.

        Raises:
            PortError: as the source.
        """
        now = self._clock.now()
        if self._kept is None or now >= self._until:
            self._kept, self._until = self._source.directory(), now + KEEP
        return self._kept

    def save(self, directory: Directory) -> None:
        """Replace the directory.

        Raises:
            InvalidConfiguration: it contradicts itself; the earlier one stays.
        """
        self._source.save(directory)
        self._kept = None
