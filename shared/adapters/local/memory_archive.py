"""The archive in this process."""

from collections import defaultdict

from shared.domain.audit_records import Stored
from shared.ports.archive import DifferentCopy


class MemoryArchive:
    """Copies of events by incident and version."""

    def __init__(self) -> None:
        self._bodies: dict[str, dict[int, str]] = defaultdict(dict)

    def keep(self, incident_id: str, version: int, body: str) -> None:
        """Keep the body, unless the same is kept already.

        Raises:
            DifferentCopy: another one is kept.
        """
        if self._bodies[incident_id].setdefault(version, body) != body:
            raise DifferentCopy(f"{incident_id} {version}")

    def copies(self, incident_id: str) -> tuple[Stored, ...]:
        """What is kept of an incident, by version."""
        kept = self._bodies.get(incident_id, {})
        return tuple(Stored(version=version, bodies=(kept[version],)) for version in sorted(kept))

    def incident_ids(self) -> tuple[str, ...]:
        """Every incident of which something is kept."""
        return tuple(sorted(self._bodies))

    def incident_from(self, place: str) -> str | None:
        """The first incident whose id is not before this text, or the very first."""
        ids = self.incident_ids()
        return next((one for one in ids if one >= place), ids[0] if ids else None)
