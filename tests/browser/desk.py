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

from tests.browser import fixed, town

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
VIEWER = ("reasoning",)
APPROVER = (*VIEWER, "approve", "deny", "take_over", "acknowledge")
MAY = {"viewer": VIEWER, "approver": APPROVER, "operator": (*APPROVER, "kill_switch", "demo", "severity")}
OF_AN_INCIDENT = ("approve", "deny", "take_over", "acknowledge")
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
        self.patient = fixed.patient()
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
            case ["incidents", one, "reasoning"]:
                return fixed.reasoning(self.row(one))
            case ["health"]:
                return fixed.health(self.switch)
            case ["autonomy"]:
                return fixed.autonomy(self.switch)
            case ["autonomy", "scorecard"]:
                return fixed.scorecard()
            case ["runbooks"]:
                return fixed.runbooks()
            case ["people", "on-call"]:
                return fixed.on_call()
            case ["demo"]:
                return {"patient": self.patient, "incidents": []}
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
