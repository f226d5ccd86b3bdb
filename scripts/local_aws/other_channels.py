"""How PagerDuty's Events API v2 and a webhook that checks signatures answer.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events/: 202 with the dedup_key, 400 with what is
wrong. The webhook is the receiver that `shared.adapters.http.webhook_channel` describes; its key is KEY.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

Received = dict[str, Any]
"""path, headers and body."""
Answer = tuple[int, dict[str, Any]]
KEY = "the key of the local webhook, nothing else"
ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
WINDOW = 300
"""Seconds that a signature is good for."""


def enqueue(raw: bytes, _headers: Mapping[str, str]) -> Answer:
    """What PagerDuty answers to an event."""
    try:
        event = json.loads(raw)
    except ValueError:
        event = {}
    wrong = list(_wrong(event))
    if wrong:
        return 400, {"status": "invalid event", "message": "Event object is invalid", "errors": wrong}
    return 202, {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}


def _wrong(event: Any) -> list[str]:
    payload = event.get("payload") or {}
    trigger = event.get("event_action") == "trigger"
    rules = {
        "Length of 'routing_key' is incorrect (should be 32 characters)": len(
            str(event.get("routing_key", ""))
        )
        == 32,
        "'event_action' is invalid": event.get("event_action") in ACTIONS,
        "'dedup_key' is missing or too long": 0 < len(event.get("dedup_key", "")) <= 255,
        "'payload.summary' is missing or blank": not trigger or 0 < len(payload.get("summary", "")) <= 1024,
        "'payload.source' is missing or blank": not trigger or bool(payload.get("source")),
        "'payload.severity' is invalid": not trigger or payload.get("severity") in SEVERITIES,
    }
    return [said for said, holds in rules.items() if not holds]


def webhook(raw: bytes, headers: Mapping[str, str]) -> Answer:
    """200 for what is signed and new, 401 for the rest."""
    timestamp = headers.get("X-Commander-Timestamp", "")
    signed = hmac.new(KEY.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    fresh = timestamp.isdigit() and abs(time.time() - int(timestamp)) <= WINDOW
    genuine = hmac.compare_digest(f"v1={signed}", headers.get("X-Commander-Signature", ""))
    return (200, {"ok": True}) if fresh and genuine else (401, {"ok": False})


ANSWERS: dict[str, Callable[[bytes, Mapping[str, str]], Answer]] = {
    "/v2/enqueue": enqueue,
    "/webhook": webhook,
}
"""Path -> who answers there."""
