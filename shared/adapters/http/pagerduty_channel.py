"""PagerDuty, Events API v2: an alert an incident, triggered, acknowledged and resolved by its id.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ and
https://raw.githubusercontent.com/PagerDuty/api-schema/main/reference/events-v2/openapiv3.json
"""

import json
from collections.abc import Mapping
from typing import Any

from shared.adapters.http.pagerduty_key import LONGEST, key_of, marked
from shared.adapters.http.posting import post
from shared.domain.errors import PortError
from shared.domain.plain_text import sanitised
from shared.ports.buckets import Bucket
from shared.ports.channel import Message, State
from shared.ports.secrets import KeptSecret

URL = "https://events.pagerduty.com/v2/enqueue"
ACTIONS = {State.OPEN: "trigger", State.ACKNOWLEDGED: "acknowledge", State.RESOLVED: "resolve"}
SEVERITIES = {"critical": "critical", "high": "error", "medium": "warning", "low": "info"}
"""Ours to theirs; what is neither is an error."""
SUMMARY, DETAIL, LINES = 1_024, 1_024, 30
"""Characters, and lines of detail."""


class PagerDutyChannel:
    """The secret gives routing_key, and perhaps api_url. A repeated event only adds to the alert's log."""

    digests = False
    bucket = Bucket("pagerduty", per_second=2, burst=10)

    def __init__(self, secret: KeptSecret, stage: str, *, name: str = "pagerduty") -> None:
        self._secret, self._stage, self.name = secret, stage, name

    def send(self, message: Message) -> str:
        """Enqueue the event that brings the alert to the incident's state; the reference is the dedup_key.

        Raises:
            RateLimited: 429.
            PortError: not accepted; `retryable` after a fault of PagerDuty's or of the network.
        """
        return self._secret.used(lambda secret: self._send(secret, message))

    def _send(self, secret: Mapping[str, str], message: Message) -> str:
        if not secret.get("routing_key"):
            raise PortError("the PagerDuty secret has no routing_key: put yours there", retryable=False)
        body = {"routing_key": secret["routing_key"], **event(message, self._stage)}
        post("PagerDuty", secret.get("api_url") or URL, json.dumps(body).encode(), {})
        return str(body["dedup_key"])


def event(message: Message, stage: str) -> dict[str, Any]:
    """The event without its routing key. An acknowledgement and a resolution carry the key only."""
    action = ACTIONS[message.state]
    said: dict[str, Any] = {"event_action": action, "dedup_key": key_of(stage, message.incident_id)}
    if action != "trigger":
        return said
    title = message.opening[0] if message.opening else message.title
    lines = [message.title, *message.lines][:LINES]
    payload = {
        "summary": marked(sanitised(title, SUMMARY), stage, message.incident_id, SUMMARY).strip(),
        "source": message.incident_id[:LONGEST],
        "severity": SEVERITIES.get(message.severity, "error"),
        "custom_details": {f"{number:02}": sanitised(line, DETAIL) for number, line in enumerate(lines)},
    }
    return {**said, "client": "Incident Commander", "payload": payload}
