"""Recordings in this process."""

import hashlib


class MemoryRecordings:
    """Bytes by incident and digest."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    def keep(self, incident_id: str, body: bytes) -> str:
        """Keep a recording, once, and return its digest."""
        digest = hashlib.sha256(body).hexdigest()
        self.kept.setdefault((incident_id, digest), body)
        return digest

    def read(self, incident_id: str, digest: str) -> bytes | None:
        """The bytes with this digest; None when nothing that has it is kept."""
        return self.kept.get((incident_id, digest))
