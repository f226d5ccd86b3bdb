"""A recorder that answers as Slack's Web API does and keeps what arrived; PagerDuty and a webhook beside it.

Documented behaviour: https://docs.slack.dev/reference/methods/chat.postMessage and
https://docs.slack.dev/apis/web-api/rate-limits (about one message a second in a channel, short bursts pass).
"""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scripts.local_aws.other_channels import ANSWERS, Received
from scripts.local_aws.slack_limits import content_refusal, view_refusal

BURST = 5
METHODS = ("/api/chat.postMessage", "/api/chat.update", "/api/chat.postEphemeral", "/api/views.open")
_JSON_FIELDS = ("blocks", "attachments", "metadata", "view")


@dataclass
class Bucket:
    """A channel's allowance: one message a second, up to BURST saved."""

    tokens: float = BURST
    filled_at: float = field(default_factory=time.monotonic)

    def take(self) -> bool:
        now = time.monotonic()
        self.tokens = min(BURST, self.tokens + now - self.filled_at)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass
class Recorder:
    """What arrived, the channels that exist, and the faults still to be played."""

    token: str
    channels: set[str] | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    others: list[Received] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last_ts: float = 0.0

    def next_fault(self) -> int | None:
        with self._lock:
            return self.faults.pop(0) if self.faults else None

    def fail(self, status: int, count: int) -> None:
        with self._lock:
            self.faults.extend([status] * count)

    def receive(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Slack's answer to a message that carried a valid token."""
        with self._lock:
            if path.endswith("views.open"):
                return self._shown_to_one(body)
            if error := self._refusal(path, body):
                return 200, {"ok": False, "error": error}
            if path.endswith("postEphemeral"):  # of its own, wider limit; there is nothing to update
                return self._whispered(path, body)
            if not self._buckets.setdefault(body["channel"], Bucket()).take():
                return 429, {"ok": False, "error": "ratelimited"}
            ts = str(body["ts"]) if path.endswith("update") else self._new_ts()
            self.messages.append({**_shown(body), "path": path, "ts": ts})
            return 200, {"ok": True, "channel": _place(body["channel"]), "ts": ts, "message": _shown(body)}

    def _shown_to_one(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """https://docs.slack.dev/reference/methods/views.open"""
        if not body.get("trigger_id"):
            return 200, {"ok": False, "error": "invalid_trigger_id"}
        if error := view_refusal(body.get("view")):
            return 200, {"ok": False, "error": error}
        view = {**body["view"], "id": f"V{len(self.views) + 1:09}"}
        self.views.append(view)
        return 200, {"ok": True, "view": view}

    def _whispered(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """https://docs.slack.dev/reference/methods/chat.postEphemeral"""
        ts = self._new_ts()
        self.messages.append({**_shown(body), "path": path, "ts": ts})
        return 200, {"ok": True, "message_ts": ts}

    def _refusal(self, path: str, body: dict[str, Any]) -> str | None:
        channel = body.get("channel")
        if not channel or (self.channels is not None and channel not in self.channels):
            return "channel_not_found"
        if path.endswith("update") and _place(channel) != channel:  # a direct message is updated in its D…
            return "channel_not_found"
        if path.endswith("update") and not self._knows(body.get("ts")):
            return "message_not_found"
        if path.endswith("postEphemeral") and not str(body.get("user", "")).startswith(("U", "W")):
            return "user_not_found"
        return content_refusal(body)

    def _knows(self, ts: Any) -> bool:
        return any(message["ts"] == ts for message in self.messages)

    def _new_ts(self) -> str:
        self._last_ts = max(time.time(), self._last_ts + 1e-6)
        return f"{self._last_ts:.6f}"


class SlackRecorder(ThreadingHTTPServer):
    """The recorder on a loopback port.

    `GET /_recorder/messages` is what arrived, in order; `/_recorder/views` the dialogs that were shown;
    `/_recorder/others` what PagerDuty
    (`/v2/enqueue`) and the webhook (`/webhook`) got. `POST /_recorder/faults` with `status` and `count`
    makes the next calls fail, `/_recorder/channels` with `channels` says which exist (at first, every one
    does), and `/_recorder/reset` forgets messages and faults.
    """

    daemon_threads = True

    def __init__(self, port: int, token: str | None = None) -> None:
        self.recorder = Recorder(token or os.environ.get("SLACK_TOKEN", "xoxb-local"))
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SlackRecorder

    def do_GET(self) -> None:
        recorder = self.server.recorder
        known: dict[str, Any] = {
            "/_recorder/messages": recorder.messages,
            "/_recorder/others": recorder.others,
            "/_recorder/views": recorder.views,
            "/_recorder/health": {"ok": True},
        }
        path = urlsplit(self.path).path
        self._answer(*((200, known[path]) if path in known else (404, {"ok": False})))

    def do_POST(self) -> None:
        path, raw = urlsplit(self.path).path, self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = self._body(raw.decode())
        if path.startswith("/_recorder/"):
            self._control(path, body)
        elif (fault := self.server.recorder.next_fault()) is not None:
            self._answer(fault, {"ok": False, "error": "internal_error"})
        elif path in ANSWERS:
            self.server.recorder.others.append({"path": path, "headers": dict(self.headers), "body": body})
            self._answer(*ANSWERS[path](raw, dict(self.headers)))
        elif not self._authorised(body):
            self._answer(200, {"ok": False, "error": "invalid_auth"})
        elif path in METHODS:
            self._answer(*self.server.recorder.receive(path, body))
        elif path == "/api/auth.test":
            self._answer(200, {"ok": True, "team": "local", "user": "incident-commander"})
        else:
            self._answer(200, {"ok": False, "error": "unknown_method"})

    def _control(self, path: str, body: dict[str, Any]) -> None:
        recorder = self.server.recorder
        if path == "/_recorder/faults":
            recorder.fail(int(body.get("status", 500)), int(body.get("count", 1)))
        elif path == "/_recorder/channels":
            recorder.channels = set(body["channels"])
        elif path == "/_recorder/reset":
            recorder.messages.clear()
            recorder.views.clear()
            recorder.others.clear()
            recorder.faults.clear()
        else:
            self._answer(404, {"ok": False})
            return
        self._answer(200, {"ok": True})

    def _authorised(self, body: dict[str, Any]) -> bool:
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        return (bearer or body.get("token")) == self.server.recorder.token

    def _body(self, raw: str) -> dict[str, Any]:
        if "json" in self.headers.get("Content-Type", ""):
            parsed = json.loads(raw or "{}")
            return parsed if isinstance(parsed, dict) else {}
        form: dict[str, Any] = {name: values[0] for name, values in parse_qs(raw).items()}
        for name in _JSON_FIELDS:
            if name in form:
                form[name] = json.loads(form[name])
        return form

    def _answer(self, status: int, body: Any) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(payload)))
        if status == 429:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Silence: the record is the log."""


def _place(channel: str) -> str:
    """Where a message to a member goes: the direct message with them."""
    return f"D{channel[1:]}" if channel[:1] in ("U", "W") else channel


def _shown(body: dict[str, Any]) -> dict[str, Any]:
    kept = ("channel", "user", "text", "blocks", "thread_ts", "attachments", "metadata", "reply_broadcast")
    return {name: body[name] for name in kept if name in body}
