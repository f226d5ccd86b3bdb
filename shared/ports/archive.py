"""The archive: a second copy of every event, beside the log and out of its reach."""

from typing import Protocol

from shared.domain.audit_records import Stored
from shared.domain.errors import PortError


class DifferentCopy(PortError):
    """Another body is kept under this key already; it stays, and somebody must look."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key}: the archive holds another body: run the audit", retryable=False)


class Archive(Protocol):
    """Keeps each event's exact body, once."""

    def keep(self, incident_id: str, version: int, body: str) -> None:
        """Keep the body, unless the same is kept already.

        Raises:
            DifferentCopy: another one is kept; nothing was written.
        """
        ...

    def copies(self, incident_id: str) -> tuple[Stored, ...]:
        """What is kept of an incident, by version."""
        ...

    def incident_ids(self) -> tuple[str, ...]:
        """Every incident of which something is kept."""
        ...

    def incident_from(self, place: str) -> str | None:
        """The first incident whose id is not before this text, or the very first; None when nothing is kept.

        Costs the same however many there are.
        """
        ...
