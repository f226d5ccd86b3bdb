"""The bundle: one JSON file with everything that a third party needs to check an incident's log."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from shared.domain.audit_case import Case
from shared.domain.audit_finding import Finding
from shared.domain.audit_records import Stored
from shared.domain.facts import Author

FORMAT = "incident-commander-audit-bundle/1"
OFFLINE = (
    "Offline: every event's hash is that of its content, each follows from the one before it, the head is the"
    " last one's, every anchor names an event's hash, every copy has its event's bytes, every recording"
    " of what an agent saw and every trace of what it did has the SHA-256 that its event names."
)
WITH_KMS = (
    "With kms:VerifyMac on the keys: who wrote each event (Message = hash) and that the anchor function saw"
    " each head (Message = the anchor's digest). HMAC keys never leave KMS, so nobody can check this offline."
)


def bundle(
    case: Case,
    found: tuple[Finding, ...],
    keys: dict[Author, str],
    inputs: Mapping[str, bytes],
    *,
    stage: str,
    at: datetime,
) -> dict[str, Any]:
    """The bundle, as JSON values; bodies are strings, byte for byte as they are kept.

    Args:
        inputs: what agents saw and did, by the digests that events name.
    """
    records = case.records
    return {
        "format": FORMAT,
        "incident_id": records.incident_id,
        "stage": stage,
        "exported_at": at.isoformat(),
        "checks": {"offline": OFFLINE, "with_kms": WITH_KMS},
        "events": [{"key": item.sort_key, "body": item.body} for item in records.items],
        "head": records.head.plain() if records.head else None,
        "anchors": [_whole(each) for each in records.anchors],
        "copies": [_digests(each) for each in records.copies],
        "originals": [
            {"version": place.version, "body": place.copy.bodies[0]}
            for place in case.log.values()
            if place.here is None and place.kept is not None and place.copy is not None
        ],
        "inputs": [{"sha256": digest, "gzip": _packed(body)} for digest, body in inputs.items()],
        "keys": {author.value: key for author, key in keys.items()},
        "mac_algorithm": "HMAC_SHA_256",
        "findings": [each.plain() for each in found],
    }


def inputs_of(bodies: Iterable[str | None]) -> tuple[str, ...]:
    """The digests of recordings and traces that these events name, each once."""
    named: list[str] = []
    for body in bodies:
        try:
            data = json.loads(body or "null")["data"]
            digests = [data.get("inputs"), data.get("spans")]
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
        named += [one for one in digests if isinstance(one, str)]
    return tuple(dict.fromkeys(named))


def _packed(body: bytes) -> str:
    return base64.b64encode(gzip.compress(body, mtime=0)).decode()


def _whole(stored: Stored) -> dict[str, Any]:
    return {"version": stored.version, "bodies": list(stored.bodies), "hidden": stored.hidden}


def _digests(stored: Stored) -> dict[str, Any]:
    digests = [hashlib.sha256(body.encode()).hexdigest() for body in stored.bodies]
    return {"version": stored.version, "sha256": digests, "hidden": stored.hidden}
