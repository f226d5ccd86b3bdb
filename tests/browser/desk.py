"""A small server in this process: the page's files with their headers, and the answers of a town."""

import hashlib
import json
import re
import sys
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from shared.domain.sign_in import SignIn
from shared.runtime.web.files import Files
from shared.runtime.web.response import DATA_POLICY
from tests.browser import fixed, town
from tests.views.web import STATIC

BASE = "/api/v1/"
TOKEN = "a-token-of-the-test"
VIEWER = ("reasoning",)
OWNING = ("hand_on", "note", "resolve", "reopen")
APPROVER = (*VIEWER, "approve", "deny", "take_over", "acknowledge", "severity", *OWNING)
MAY = {"viewer": VIEWER, "approver": APPROVER, "operator": (*APPROVER, "kill_switch", "demo")}
Answer = dict[str, Any]


class Desk:
    """What is answered now; tests turn its knobs. Every POST is kept in `said`, every path in `asked`."""

    def __init__(self, *, hostile: bool = True, sign_in: SignIn | None = None) -> None:
        self.role, self.dead, self.behind = "operator", False, 0
        self.asking, self.refused = "", ""
        self.stuck, self._hang = "", (threading.Event(), threading.Event())
        self.fails: dict[str, tuple[int, str]] = {}
        self.said: list[tuple[str, Answer]] = []
        self.asked: list[str] = []
        self.changed: list[str] = []
        self.patient = fixed.patient()
        self.alarms: list[Answer] | None = fixed.alarms()
        self.switch: Answer = {"on": False, "by": "", "at": None, "reason": ""}
        self.files, self.tokens = Files(STATIC, sign_in), {TOKEN}
        self.fill(town.town(datetime.now(UTC), hostile=hostile))
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.desk = self
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/"

    def fill(self, answers: list[Answer]) -> None:
        self.answers = {one["incident"]["row"]["id"]: one for one in answers}

    def change(self, incident_id: str, **row: Any) -> None:
        """A newer version of an incident."""
        page = self.answers[incident_id]["incident"]
        page["row"] |= row | {"version": page["row"]["version"] + 1}
        if "taken_by" in row:
            page["row"] |= {"owner": row["taken_by"]}
            page["taken"] = {"by": row["taken_by"], "reason": "", "at": town.iso(datetime.now(UTC))}
        self.changed.append(incident_id)

    @contextmanager
    def hanging(self, path: str, ask: Callable[[], object] = lambda: None) -> Iterator[None]:
        """The next question for a path gets no answer until the end of this; begins when it came."""
        self.stuck, asked, released = path, threading.Event(), threading.Event()
        self._hang = (asked, released)
        ask()
        asked.wait(10)
        try:
            yield
        finally:
            released.set()

    def hang(self, path: str) -> None:
        """Wait, if this is the question that gets no answer."""
        if path == self.stuck:
            self.stuck = ""
            asked, released = self._hang
            asked.set()
            released.wait(30)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def get(self, path: str, query: dict[str, str]) -> Answer:
        """The answer of a path below the base.

        Raises:
            KeyError: there is none.
        """
        for pattern, answer in self._routes():
            found = re.fullmatch(pattern, path)
            if found:
                return answer(*found.groups(), **query)
        raise KeyError(path)

    def post(self, path: str, body: Answer) -> Answer:
        self.said.append((path, body))
        if path == "kill-switch":
            at = town.iso(datetime.now(UTC))
            self.switch = {"on": body["on"], "by": "Eve", "at": at, "reason": body["reason"]}
        return {"said": "It is written into the log."}

    def _routes(self) -> tuple[tuple[str, Callable[..., Answer]], ...]:
        return (
            ("me", self._me),
            ("incidents", self._list),
            ("changes", self._changes),
            (r"incidents/([^/]+)", self._incident),
            (r"incidents/([^/]+)/metrics", lambda one: town.metrics(self.answers[one], datetime.now(UTC))),
            (r"incidents/([^/]+)/audit", self._audit),
            (r"incidents/([^/]+)/reasoning", lambda one: fixed.reasoning(self._row(one))),
            ("health", lambda: fixed.health(self.switch, self.alarms)),
            ("autonomy", lambda: fixed.autonomy(self.switch)),
            ("autonomy/scorecard", fixed.scorecard),
            ("runbooks", fixed.runbooks),
            ("people/on-call", fixed.on_call),
            ("dismissed", fixed.dismissed),
            ("demo", lambda: {"patient": self.patient, "incidents": []}),
        )

    def _row(self, incident_id: str) -> Answer:
        answer = self.answers[incident_id]
        return answer["incident"]["row"] | {"running": answer["running"]}

    def _me(self) -> Answer:
        who = {"identity": "local:eve", "name": "Eve", "role": self.role, "why": "a test", "stage": "local"}
        return who | {"may": MAY[self.role], "level": "L2", "kill_switch": self.switch}

    def _list(self, limit: str = "50", cursor: str = "0", **only: str) -> Answer:
        ids = [one for one in self.answers if not (only and self._row(one)["closed"])]
        first, last = int(cursor), int(cursor) + int(limit)
        following = str(last) if last < len(ids) else None
        rows = [self._row(one) for one in ids[first:last]]
        return {"incidents": rows, "status": None, "next_cursor": following}

    def _changes(self, since: str | None = None) -> Answer:
        seen = len(self.changed) if since is None else int(since)
        rows = [self._row(one) for one in self.changed[seen:]]
        return {"changes": rows, "cursor": str(len(self.changed)), "more": False}

    def _incident(self, incident_id: str) -> Answer:
        row, refused = self._row(incident_id), self.refused if incident_id == self.asking else ""
        mine = self._sensible(row, self.answers[incident_id]["incident"]["approval"])
        may = [one for one in MAY[self.role] if one in mine and not (refused and one == "approve")]
        return self.answers[incident_id] | {"may": may, "approve_refused": refused}

    @staticmethod
    def _sensible(row: Answer, approval: Answer | None) -> set[str]:
        if row["closed"]:
            return {"note", "reopen"}
        first = {"approve", "deny"} if approval and approval["state"] == "open" else set()
        take = set() if row["owner"] else {"take_over"}
        end = {"hand_on", "resolve"} if row["with_people"] or row["owner"] else set()
        return first | take | end | {"note", "acknowledge", "severity"}

    def _audit(self, incident_id: str) -> Answer:
        found = ["event 7: its hash is not that of what it says"] if incident_id.endswith("A8") else []
        return {
            "incident_id": incident_id,
            "state": "broken" if found else "holds",
            "checked": "everything",
            "findings": found,
            "version": self._row(incident_id)["version"],
        }


class _Server(ThreadingHTTPServer):
    """A browser that goes away in the middle of an answer is no news."""

    daemon_threads = True
    desk: Desk

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        url, desk = urlsplit(self.path), self.server.desk
        if not url.path.startswith(BASE):
            found = {"isBase64Encoded": False} | desk.files.answer("GET", url.path)
            body = b64decode(found["body"]) if found["isBase64Encoded"] else found["body"].encode()
            policy = found["headers"].get("Content-Security-Policy", DATA_POLICY)
            self._send(found["statusCode"], found["headers"]["Content-Type"], body, policy)
            return
        path = unquote(url.path.removeprefix(BASE))
        desk.asked.append(self.path)
        desk.hang(path)
        if self._stopped(path):
            return
        try:
            self._json(desk.get(path, dict(parse_qsl(url.query))) | {"behind_seconds": desk.behind})
        except KeyError:
            self._problem(404, "there is no such thing")

    def do_POST(self) -> None:
        path = unquote(urlsplit(self.path).path.removeprefix(BASE))
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.desk.hang(path)
        if not self._stopped(path):
            self._json(self.server.desk.post(path, body))

    def _stopped(self, path: str) -> bool:
        desk = self.server.desk
        if desk.dead:
            self.close_connection = True
            self.connection.close()
            return True
        wrong = self.headers.get("Authorization", "").removeprefix("Bearer ") not in desk.tokens
        fault = (401, "the token is wrong") if wrong else desk.fails.get(path)
        if fault:
            self._problem(*fault)
        return bool(fault)

    def _problem(self, status: int, detail: str) -> None:
        said = {"title": "no", "status": status, "detail": detail}
        self._send(status, "application/problem+json", json.dumps(said).encode())

    def _json(self, answer: Answer) -> None:
        self._send(200, "application/json", json.dumps(answer).encode())

    def _send(self, status: int, kind: str, body: bytes, policy: str = DATA_POLICY) -> None:
        tag, behind = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"', self.server.desk.behind
        same = status == 200 and self.headers.get("If-None-Match") == tag
        self.send_response(304 if same else status)
        headers = {
            "Content-Type": kind,
            "Content-Length": "0" if same else str(len(body)),
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
            "ETag": tag,
            "Commander-Time": town.iso(datetime.now(UTC)),
            "Commander-Behind-Seconds": "unknown" if behind is None else str(behind),
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if not same:
            self.wfile.write(body)
