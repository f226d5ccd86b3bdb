"""Anchors in S3: `anchors/<incident>/<version>.json`, a MAC'd head of the log."""

from typing import Any

from pydantic import ValidationError

from shared.adapters.aws.s3_versions import S3Versions
from shared.domain.audit_records import Anchor, Stored

FOLDER = "anchors"


class S3Anchors:
    """Anchors in a bucket with versions and Object Lock."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._objects = S3Versions(client, bucket, FOLDER)

    def put(self, anchor: Anchor) -> None:
        """Keep the anchor; one of the same version and hash that is kept already stays, whatever its time.

        Raises:
            DifferentCopy: one with another hash is kept; nothing was written.
            PortError: AWS failed.
        """
        self._objects.put(anchor.incident_id, anchor.version, anchor.body(), lambda kept: _same(kept, anchor))

    def anchors(self, incident_id: str) -> tuple[Stored, ...]:
        """What is kept of an incident, by version."""
        return self._objects.stored(incident_id)


def _same(kept: str, anchor: Anchor) -> bool:
    try:
        found = Anchor.model_validate_json(kept)
    except ValidationError:
        return False
    return (found.incident_id, found.version, found.hash) == (
        anchor.incident_id,
        anchor.version,
        anchor.hash,
    )
