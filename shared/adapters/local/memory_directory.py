"""The stakeholder directory in this process."""

from shared.domain.directory import Directory


class MemoryDirectory:
    """A directory that was given, or none."""

    def __init__(self, directory: Directory | None = None) -> None:
        self._directory = directory or Directory()

    def directory(self) -> Directory:
        """The directory as it is now."""
        return self._directory

    def save(self, directory: Directory) -> None:
        """Replace the directory.

        Raises:
            InvalidConfiguration: it contradicts itself; the earlier one stays.
        """
        self._directory = directory.validated()
