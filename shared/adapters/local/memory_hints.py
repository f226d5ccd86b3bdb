"""Hints that are kept in this process."""

from collections.abc import Sequence


class MemoryHints:
    """What was said, in order."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, incident_ids: Sequence[str]) -> None:
        """Keep them."""
        self.sent += incident_ids
