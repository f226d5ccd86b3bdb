"""Where the stakeholder directory is kept."""

from typing import Protocol

from shared.domain.directory import Directory


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
