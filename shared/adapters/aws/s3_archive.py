"""The archive in S3: `events/<incident>/<version>.json`, the exact body of each event."""

from typing import Any

from shared.adapters.aws.s3_versions import S3Versions
from shared.domain.audit_records import Stored

FOLDER = "events"


class S3Archive:
    """Copies of events in a bucket with versions and Object Lock."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._objects = S3Versions(client, bucket, FOLDER)

    def keep(self, incident_id: str, version: int, body: str) -> None:
        """Keep the body, unless the same is kept already.

        Raises:
            DifferentCopy: another one is kept; nothing was written.
            PortError: AWS failed.
        """
        self._objects.put(incident_id, version, body, lambda kept: kept == body)

    def copies(self, incident_id: str) -> tuple[Stored, ...]:
        """What is kept of an incident, by version."""
        return self._objects.stored(incident_id)

    def incident_ids(self) -> tuple[str, ...]:
        """Every incident of which something is kept."""
        return self._objects.incident_ids()

    def incident_from(self, place: str) -> str | None:
        """The first incident whose id is not before this text, or the very first."""
        return self._objects.incident_from(place) or self._objects.incident_from("")
