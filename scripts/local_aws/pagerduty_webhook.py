"""A webhook of PagerDuty's, version 3, as it is posted when something becomes of an incident there.

https://developer.pagerduty.com/docs/webhooks-overview
https://developer.pagerduty.com/docs/verifying-webhook-signatures
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from scripts.local_aws.slack_click import Posted

WEBHOOK_SECRET = "the webhook secret of the local PagerDuty"  # noqa: S105 - of a recorder on this machine
PERSON, INTEGRATION = "user_reference", "events_api_v2_inbound_integration_reference"


def webhook(
    kind: str,
    incident_key: str | None,
    agent: str | None = "PADA01",
    *,
    agent_type: str = PERSON,
    event_id: str = "01EVENT",
    at: datetime | None = None,
    secrets: tuple[str, ...] = (WEBHOOK_SECRET,),
    **data: Any,
) -> Posted:
    """An event of that kind about an incident, signed once with each secret (two while it is changed).

    Args:
        incident_key: None: its service groups alerts.
        agent: None: it came about by time.
        data: other values of the incident.
    """
    event: dict[str, Any] = {
        "id": event_id,
        "event_type": kind,
        "resource_type": "incident",
        "occurred_at": (at or datetime.now(UTC)).isoformat().replace("+00:00", "Z"),
        "agent": reference(agent, agent_type) if agent else None,
        "client": {"name": "PagerDuty"},
        "data": {
            "id": "PGR0VU2",
            "type": "incident",
            "number": 2,
            "status": kind.removeprefix("incident."),
            "incident_key": incident_key,
            "title": "shop: latency",
            "urgency": "high",
            "assignees": [],
            "resolve_reason": None,
            **data,
        },
    }
    return signed(json.dumps({"event": event}).encode(), *secrets)


def reference(id_: str, type_: str = PERSON) -> dict[str, str]:
    """Somebody, as a payload names them."""
    return {
        "html_url": f"https://acme.pagerduty.invalid/users/{id_}",
        "id": id_,
        "self": f"https://api.pagerduty.invalid/users/{id_}",
        "summary": "Somebody",
        "type": type_,
    }


def ping() -> Posted:
    """What PagerDuty sends to try a webhook out."""
    event = {
        "id": "01PING",
        "event_type": "pagey.ping",
        "resource_type": "pagey",
        "occurred_at": "2026-11-28T00:00:00.000Z",
        "agent": None,
        "client": None,
        "data": {"message": "Hello from your friend Pagey!", "type": "ping"},
    }
    return signed(json.dumps({"event": event}).encode())


def signed(body: bytes, *secrets: str) -> Posted:
    """A body as PagerDuty signs it."""
    macs = [
        f"v1={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
        for secret in secrets or (WEBHOOK_SECRET,)
    ]
    headers = {"Content-Type": "application/json", "X-PagerDuty-Signature": ",".join(macs)}
    return Posted(headers, body)
