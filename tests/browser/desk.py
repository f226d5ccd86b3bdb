"""A small server in this process: the page's files with their headers, and the answers of a town."""

import hashlib
import json
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from shared.runbooks.catalogue import remedies
from tests.browser import town

STATIC = Path(__file__).parents[2] / "lambdas" / "dashboard" / "static"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
MAY = {
    "viewer": [],
    "approver": ["approve", "deny", "take_over", "acknowledge"],
    "operator": ["approve", "deny", "take_over", "acknowledge", "kill_switch"],
}
TOKEN = "a-token-of-the-test"


class Server(ThreadingHTTPServer):
    """A browser that goes away in the middle of an answer is no news."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Desk:
    """What is answered now; tests turn its knobs. Every POST is kept in `said`."""

    def __init__(self) -> None:
        self.role = "operator"
        self.fails: dict[str, tuple[int, str]] = {}
        self.dead = False
        self.behind: int | None = 0
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.asked: list[str] = []
        self.switch = {"on": False, "by": "", "at": None, "reason": ""}
        self.answers: dict[str, dict[str, Any]] = {}
        self.order: list[str] = []
        self.changed: list[str] = []
        self.fill(town.town(datetime.now(UTC)))
        self.server = Server(("127.0.0.1", 0), self._handler())
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/"

    def fill(self, answers: list[dict[str, Any]]) -> None:
        self.answers = {one["incident"]["row"]["id"]: one for one in answers}
        self.order = list(self.answers)

    def change(self, incident_id: str, **row: Any) -> None:
        """A newer version of an incident."""
        answer = self.answers[incident_id]
        answer["incident"]["row"] |= row | {"version": answer["incident"]["row"]["version"] + 1}
        if "taken_by" in row:
            answer["incident"]["taken"] = {
                "by": row["taken_by"],
                "reason": "",
                "at": town._iso(datetime.now(UTC)),
            }
        self.changed.append(incident_id)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def row(self, incident_id: str) -> dict[str, Any]:
        answer = self.answers[incident_id]
        return answer["incident"]["row"] | {"running": answer["running"]}

    def get(self, path: str, query: dict[str, str]) -> Any:
        """The answer of a path below /api/v1/.

        Raises:
            KeyError: there is none.
        """
        match path.split("/"):
            case ["me"]:
                return {
                    "identity": "local:eve",
                    "name": "Eve",
                    "role": self.role,
                    "why": "a test",
                    "may": MAY[self.role],
                    "stage": "local",
                    "level": "L2",
                    "kill_switch": self.switch,
                }
            case ["incidents"]:
                first, limit = int(query.get("cursor", 0)), int(query.get("limit", 50))
                more = first + limit < len(self.order)
                return {
                    "incidents": [self.row(one) for one in self.order[first : first + limit]],
                    "status": None,
                    "next_cursor": str(first + limit) if more else None,
                }
            case ["changes"]:
                seen = int(query.get("since", len(self.changed)))
                return {
                    "changes": [self.row(one) for one in self.changed[seen:]],
                    "cursor": str(len(self.changed)),
                    "more": False,
                }
            case ["incidents", one]:
                allowed = (
                    [each for each in MAY[self.role] if each != "kill_switch"]
                    if not self.row(one)["taken_by"]
                    else []
                )
                return self.answers[one] | {"may": allowed}
            case ["incidents", one, "metrics"]:
                return town.metrics(self.answers[one], datetime.now(UTC))
            case ["incidents", one, "audit"]:
                broken = ["event 7: its hash is not that of what it says"] if one.endswith("A8") else []
                return {
                    "incident_id": one,
                    "state": "broken" if broken else "holds",
                    "checked": "everything",
                    "findings": broken,
                    "version": self.row(one)["version"],
                }
            case ["health"]:
                return {
                    "read_model": "current",
                    "kill_switch": self.switch,
                    "agents": [
                        {"agent": "detection", "quarantined": None, "breaker": "closed"},
                        {"agent": "diagnosis", "quarantined": None, "breaker": "half_open"},
                        {"agent": "prediction", "quarantined": None, "breaker": "closed"},
                        {
                            "agent": "resolution",
                            "quarantined": "equivocation: two different ballots in one round",
                            "breaker": "open",
                        },
                    ],
                }
            case ["autonomy"]:
                return {
                    "default": "L2",
                    "kill_switch": self.switch,
                    "actions_per_hour": 6,
                    "freezes": [{"name": "end of year", "reason": "the books are closed"}],
                    "levels": [
                        {
                            "runbook": "restore-parameter",
                            "tier": "critical",
                            "level": "L3",
                            "origin": "set",
                            "by": "maria",
                            "at": "2026-11-20T10:00:00Z",
                            "reason": "23 of 23 right",
                        },
                        {
                            "runbook": "scale-out-service",
                            "tier": "critical",
                            "level": "L1",
                            "origin": "demoted",
                            "by": "executor",
                            "at": "2026-11-27T01:12:00Z",
                            "reason": "it made INC-0000000000A2 worse",
                        },
                    ],
                }
            case ["autonomy", "scorecard"]:
                share = {"count": 22, "total": 23, "low": 790, "high": 998}
                none = {"count": 0, "total": 0, "low": 0, "high": 1000}
                return {
                    "incidents": 64,
                    "complete": True,
                    "rows": [
                        {
                            "runbook": "restore-parameter",
                            "tier": "critical",
                            "level": "L3",
                            "since": None,
                            "incidents": 25,
                            "acted": 12,
                            "right": 22,
                            "wrong": 1,
                            "unproven": 0,
                            "ungraded": 2,
                            "precision": share,
                            "wrong_actions": {"count": 1, "total": 23, "low": 2, "high": 210},
                            "promote_to": None,
                            "missing": [],
                        },
                        {
                            "runbook": "restart-service",
                            "tier": "important",
                            "level": "L2",
                            "since": None,
                            "incidents": 21,
                            "acted": 0,
                            "right": 21,
                            "wrong": 0,
                            "unproven": 0,
                            "ungraded": 0,
                            "precision": share,
                            "wrong_actions": {"count": 0, "total": 21, "low": 0, "high": 155},
                            "promote_to": "L3",
                            "missing": [],
                        },
                        {
                            "runbook": "block-range",
                            "tier": "critical",
                            "level": "L1",
                            "since": None,
                            "incidents": 2,
                            "acted": 0,
                            "right": 0,
                            "wrong": 0,
                            "unproven": 0,
                            "ungraded": 2,
                            "precision": none,
                            "wrong_actions": none,
                            "promote_to": None,
                            "missing": ["20 incidents are needed, there are 0"],
                        },
                    ],
                }
            case ["runbooks"]:
                return {"runbooks": [_runbook(one.runbook) for one in remedies().values()]}
            case ["people", "on-call"]:
                people = [
                    {"id": "eve", "name": "Eve Okafor", "role": "on_call", "time_zone": "Europe/Berlin"}
                ]
                return {
                    "teams": [
                        {
                            "team": "storefront",
                            "services": [],
                            "applications": ["storefront"],
                            "levels": [{"level": 1, "minutes": 5, "people": people}],
                        }
                    ]
                }
        raise KeyError(path)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.said.append((path, body))
        if path == "kill-switch":
            self.switch = {
                "on": body["on"],
                "by": "Eve",
                "at": town._iso(datetime.now(UTC)),
                "reason": body["reason"],
            }
        return {"said": "It is written into the log."}

    def _handler(desk) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Quiet."""

            def do_GET(self) -> None:
                url = urlsplit(self.path)
                if not url.path.startswith("/api/v1/"):
                    return self._file(url.path)
                path = unquote(url.path.removeprefix("/api/v1/"))
                desk.asked.append(path)
                if self._stopped(path):
                    return None
                try:
                    answer = desk.get(path, {name: values[0] for name, values in parse_qs(url.query).items()})
                except KeyError:
                    return self._problem(404, "no such incident")
                return self._json(answer | {"behind_seconds": desk.behind})

            def do_POST(self) -> None:
                path = unquote(urlsplit(self.path).path.removeprefix("/api/v1/"))
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if not self._stopped(path):
                    self._json(desk.post(path, body))

            def _stopped(self, path: str) -> bool:
                if desk.dead:
                    self.close_connection = True
                    self.connection.close()
                    return True
                if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    self._problem(401, "the token is wrong")
                    return True
                fault = desk.fails.get(path) or desk.fails.get("*")
                if fault:
                    self._problem(*fault)
                return bool(fault)

            def _problem(self, status: int, detail: str) -> None:
                self._send(
                    status,
                    "application/problem+json",
                    json.dumps({"title": "no", "status": status, "detail": detail}).encode(),
                )

            def _json(self, answer: dict[str, Any]) -> None:
                self._send(200, "application/json", json.dumps(answer).encode())

            def _file(self, path: str) -> None:
                file = STATIC / (path.removeprefix("/static/") if path != "/" else "index.html")
                if not file.is_file():
                    return self._problem(404, "no such file")
                return self._send(200, TYPES[file.suffix], file.read_bytes())

            def _send(self, status: int, kind: str, body: bytes) -> None:
                tag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
                same = status == 200 and self.headers.get("If-None-Match") == tag
                self.send_response(304 if same else status)
                for name, value in {
                    "Content-Type": kind,
                    "ETag": tag,
                    "Content-Security-Policy": CSP,
                    "X-Content-Type-Options": "nosniff",
                    "Cache-Control": "no-cache",
                    "Commander-Time": town._iso(datetime.now(UTC)),
                    "Commander-Behind-Seconds": "unknown" if desk.behind is None else str(desk.behind),
                    "Content-Length": "0" if same else str(len(body)),
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                if not same:
                    self.wfile.write(body)

        return Handler


def _runbook(one: Any) -> dict[str, Any]:
    plain = (
        "id",
        "version",
        "family",
        "title",
        "resource",
        "inverse",
        "risk",
        "safe",
        "touches_data",
        "expected_seconds",
        "expires_seconds",
        "blast_radius",
    )
    lists = {name: sorted(getattr(one, name)) for name in ("causes", "symptoms")}
    words = {name: str(getattr(one, name)) for name in ("relieves", "reversibility")}
    described = {name: each.description for name, each in one.parameters.items()}
    return {name: getattr(one, name) for name in plain} | lists | words | {"parameters": described}
