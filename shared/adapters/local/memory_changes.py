"""The change ledger in this process."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.signal import Signal


class MemoryChanges:
    """Changes by application."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, str], Signal] = {}

    def note(self, application: str, change: Signal) -> None:
        """Keep a change signal once."""
        self._changes.setdefault((application, change.id), change)

    def between(self, application: str, start: datetime, end: datetime) -> Sequence[Signal]:
        """The changes in [start, end], oldest first."""
        found = [
            change
            for (owner, _), change in self._changes.items()
            if owner == application and start <= change.at <= end
        ]
        return sorted(found, key=lambda change: (change.at, change.id))
