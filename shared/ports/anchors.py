"""Anchors: heads that the log had, MAC'd, where nobody can take them back."""

from typing import Protocol

from shared.domain.audit_records import Anchor, Stored


class Anchors(Protocol):
    """Keeps one anchor a version."""

    def put(self, anchor: Anchor) -> None:
        """Keep the anchor; one of the same version and hash that is kept already stays, whatever its time.

        Raises:
            DifferentCopy: one with another hash is kept; nothing was written.
        """
        ...

    def anchors(self, incident_id: str) -> tuple[Stored, ...]:
        """What is kept of an incident, by version."""
        ...
