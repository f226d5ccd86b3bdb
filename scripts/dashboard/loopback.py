"""The app behind a socket of this machine alone: requests become HTTP API events (payload 2.0).

A random token stands for the caller; it is only ever in a fragment, which browsers send to nobody. Another
Host is refused, so that no name that somebody points at this machine reaches it (DNS rebinding).
"""

import secrets
import sys
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from shared.domain.clearance import Caller
from shared.runtime.web.app import MOST_BODY, App
from shared.runtime.web.response import Answered, finished, problem

LOOPBACK = "127.0.0.1"
LASTS = timedelta(hours=12)
PATIENCE_SECONDS = 15


class Loopback(ThreadingHTTPServer):
    """Serves until it is shut down."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, app: App, caller: Caller, port: int, now: Callable[[], datetime]) -> None:
        """Port 0 takes any that is free.

        Raises:
            OSError: the port is taken.
        """
        super().__init__((LOOPBACK, port), _Handler)
        self.app, self.caller, self.now = app, caller, now
        self.token = secrets.token_urlsafe(32)
        self._ends = now() + LASTS

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that leaves in the middle of an answer is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    @property
    def origin(self) -> str:
        """Where it is, without the token."""
        return f"http://{LOOPBACK}:{self.server_port}"

    @property
    def url(self) -> str:
        """What a person opens: the token is in the fragment."""
        return f"{self.origin}/#token={self.token}"

    @property
    def hosts(self) -> frozenset[str]:
        """By what names it is called."""
        return frozenset(f"{name}:{self.server_port}" for name in (LOOPBACK, "localhost"))

    def vouched(self, authorization: str) -> Caller | None:
        """Whom the token stands for, while it lasts."""
        kind, _, given = authorization.partition(" ")
        same = secrets.compare_digest(given.strip().encode(), self.token.encode())
        return self.caller if kind.lower() == "bearer" and same and self.now() < self._ends else None


class _Handler(BaseHTTPRequestHandler):
    server: Loopback
    protocol_version = "HTTP/1.1"
    server_version = "commander"
    sys_version = ""
    timeout = PATIENCE_SECONDS

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    do_DELETE = do_OPTIONS = do_PATCH = do_PUT = do_POST  # noqa: N815 - so the base class looks for them

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        """Nothing: what is asked is nobody's business."""

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        if headers.get("host") not in self.server.hosts:
            self._send(self._refused(HTTPStatus.FORBIDDEN, "this is not the name of this server", headers))
            return
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal() or int(length) > 4 * MOST_BODY:
            self.close_connection = True
            self._send(self._refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "a short body, please", headers))
            return
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        event = event_of(self.command, self.path, headers, body)
        self._send(self.server.app.answer(event, self.server.vouched(headers.get("authorization", ""))))

    def _refused(self, status: HTTPStatus, said: str, headers: Mapping[str, str]) -> Answered:
        return finished(problem(status, said), headers, self.server.now().isoformat())

    def _send(self, answer: Answered) -> None:
        text = answer["body"] or ""
        body = b64decode(text) if answer["isBase64Encoded"] else text.encode()
        self.send_response(answer["statusCode"])
        for name, value in answer["headers"].items():
            self.send_header(name, str(value))
        if answer["statusCode"] != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and answer["statusCode"] != HTTPStatus.NOT_MODIFIED:
            self.wfile.write(body)


def event_of(method: str, target: str, headers: Mapping[str, str], body: str) -> dict[str, Any]:
    """A request as API Gateway would hand it over; names of headers are in lower case."""
    parts = urlsplit(target)
    path, pairs = unquote(parts.path), parse_qsl(parts.query, keep_blank_values=True)
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": parts.query,
        "headers": dict(headers),
        "queryStringParameters": {name: ",".join(each) for name, each in values.items()},
        "requestContext": {"stage": "$default", "http": {"method": method, "path": path}},
        "body": body or None,
        "isBase64Encoded": False,
    }
