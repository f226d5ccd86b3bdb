"""A click, as Slack posts it to the app: the button of a message, by somebody, signed.

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

SIGNING_SECRET = "the signing secret of the local Slack"  # noqa: S105 - of a recorder on this machine
TEAM, APP = "T0LOCAL", "A0LOCAL"


@dataclass(frozen=True)
class Posted:
    """A request that a vendor makes: its headers and its body's bytes."""

    headers: dict[str, str]
    body: bytes

    def to(self, url: str, port: int | None = None) -> int:
        """Post it, and say with which status it was answered.

        Args:
            port: of the local AWS, which tells APIs from each other by the Host header.
        """
        parts = urlsplit(url)
        host = "127.0.0.1" if port else str(parts.hostname)
        connection = HTTPConnection(host, port or parts.port, timeout=120)
        try:
            connection.request("POST", parts.path, self.body, {**self.headers, "Host": parts.netloc})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


def click(
    message: Mapping[str, Any],
    action_id: str,
    user: str,
    *,
    at: float | None = None,
    secret: str = SIGNING_SECRET,
    team: str = TEAM,
) -> Posted:
    """Somebody's click on a button of a recorded message.

    Raises:
        LookupError: the message has no such button.
    """
    button = next((one for one in buttons(message["blocks"]) if one["action_id"] == action_id), None)
    if button is None:
        raise LookupError(f"the message has no button {action_id}")
    payload = {
        "type": "block_actions",
        "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": team},
        "api_app_id": APP,
        "token": "deprecated",
        "container": {"type": "message", "message_ts": message["ts"], "channel_id": message["channel"]},
        "trigger_id": "1.2.3",
        "team": {"id": team, "domain": "local"},
        "channel": {"id": message["channel"], "name": "incidents"},
        "message": {"type": "message", "ts": message["ts"], "blocks": message["blocks"]},
        "response_url": "https://hooks.slack.invalid/actions/1",
        "actions": [{**button, "block_id": "b1", "action_ts": message["ts"]}],
    }
    return signed(urlencode({"payload": json.dumps(payload)}).encode(), at, secret)


def filled(view: Mapping[str, Any], user: str, *, at: float | None = None, **words: str) -> Posted:
    """What somebody filled into a dialog that was shown, and sent.

    Raises:
        LookupError: the dialog asks for nothing of that name.
    """
    asked = {block["block_id"]: block["element"] for block in view["blocks"]}
    payload = {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "local"},
        "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": TEAM},
        "api_app_id": APP,
        "token": "deprecated",
        "trigger_id": "1.2.4",
        "view": {
            **view,
            "state": {"values": {name: {name: _typed(asked[name], said)} for name, said in words.items()}},
        },
        "response_urls": [],
    }
    return signed(urlencode({"payload": json.dumps(payload)}).encode(), at)


def _typed(element: Mapping[str, Any], said: str) -> dict[str, Any]:
    if element["type"] == "plain_text_input":
        return {"type": element["type"], "value": said}
    option = next(one for one in element["options"] if one["value"] == said)
    return {"type": element["type"], "selected_option": option}


def signed(body: bytes, at: float | None = None, secret: str = SIGNING_SECRET) -> Posted:
    """A body as Slack signs it at a time, by default now."""
    stamp = str(int(time.time() if at is None else at))
    mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={mac}",
    }
    return Posted(headers, body)


def buttons(blocks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every button of a message."""
    return [one for block in blocks if block["type"] == "actions" for one in block["elements"]]


def asking(messages: Iterable[Mapping[str, Any]], incident_id: str = "") -> Mapping[str, Any] | None:
    """The last of the recorded messages that asks for an approval, about that incident if one is given."""
    found = (
        one
        for one in messages
        if any(_approves(each, incident_id) for each in buttons(one.get("blocks", ())))
    )
    return next(reversed(list(found)), None)


def _approves(button: Mapping[str, Any], incident_id: str) -> bool:
    return str(button["action_id"]).endswith("_approve") and incident_id in str(button["value"])
