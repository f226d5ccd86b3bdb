"""Marks in this process."""

from collections.abc import Mapping
from threading import Lock

from shared.ports.untold import AT_ONCE


class MemoryUntold:
    """One object for all who share them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._marks: dict[str, int] = {}

    def mark(self, incident_id: str, version: int) -> None:
        """Mark the incident."""
        with self._lock:
            self._marks[incident_id] = max(version, self._marks.get(incident_id, 0))

    def some(self) -> Mapping[str, int]:
        """At most 200, by id."""
        with self._lock:
            return {key: self._marks[key] for key in sorted(self._marks)[:AT_ONCE]}

    def clear(self, incident_id: str, version: int) -> None:
        """Remove the mark of that version."""
        with self._lock:
            if self._marks.get(incident_id) == version:
                del self._marks[incident_id]
