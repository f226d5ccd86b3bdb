"""Anchors in this process."""

from collections import defaultdict

from shared.domain.audit_records import Anchor, Stored
from shared.ports.archive import DifferentCopy


class MemoryAnchors:
    """Anchors by incident and version."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[int, Anchor]] = defaultdict(dict)

    def put(self, anchor: Anchor) -> None:
        """Keep the anchor; one of the same version and hash that is kept already stays.

        Raises:
            DifferentCopy: one with another hash is kept.
        """
        if self._kept[anchor.incident_id].setdefault(anchor.version, anchor).hash != anchor.hash:
            raise DifferentCopy(f"{anchor.incident_id} {anchor.version}")

    def anchors(self, incident_id: str) -> tuple[Stored, ...]:
        """What is kept of an incident, by version."""
        kept = self._kept.get(incident_id, {})
        return tuple(Stored(version=version, bodies=(kept[version].body(),)) for version in sorted(kept))
