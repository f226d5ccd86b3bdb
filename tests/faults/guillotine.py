"""Kills a Lambda at the worst moment: its call to AWS took effect, and it never hears of that.

One client of the function is pointed at this proxy. The first call of the chosen operation is passed on;
when the answer is there, the worker that called gets SIGKILL instead of it. Everything later passes through.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from scripts.demo.stage import Stage


class Guillotine:
    """Over one function of a stage, for as long as the context is open."""

    def __init__(self, stage: Stage, function: str, service: str, operation: str) -> None:
        self._stage, self._function, self._operation = stage, function, operation
        self._variable = f"AWS_ENDPOINT_URL_{service}"  # what botocore reads for one service
        self._lock = threading.Lock()
        self.killed: list[int] = []
        self._armed = True
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._configure({**self._variables(), self._variable: url})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        left = self._variables()
        left.pop(self._variable, None)
        self._configure(left)
        self._server.shutdown()
        self._server.server_close()

    def _variables(self) -> dict[str, str]:
        found = self._stage.client("lambda").get_function_configuration(FunctionName=self._function)
        return dict(found["Environment"]["Variables"])

    def _configure(self, variables: dict[str, str]) -> None:
        self._stage.client("lambda").update_function_configuration(
            FunctionName=self._function, Environment={"Variables": variables}
        )

    def falls(self, target: str) -> bool:
        """Whether this call is the one after which the function dies; true once."""
        with self._lock:
            due = self._armed and target.endswith(f".{self._operation}")
            self._armed = self._armed and not due
            return due

    def kill(self, port: int) -> None:
        """End the worker that calls from this port, as a failing host would; its siblings live on."""
        called = socket_of(port)
        for pid in workers(self._function, self._stage.aws.endpoint):
            if called in open_files(pid):
                os.kill(pid, signal.SIGKILL)
                self.killed.append(pid)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        guillotine, gateway = self, urlsplit(self._stage.aws.endpoint)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                onward = http.client.HTTPConnection(str(gateway.hostname), gateway.port, timeout=30)
                with contextlib.closing(onward):
                    onward.request("POST", self.path, body, dict(self.headers))
                    answer = onward.getresponse()
                    content = answer.read()
                if guillotine.falls(self.headers.get("X-Amz-Target", "")):
                    guillotine.kill(self.client_address[1])
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing."""

        return Handler


def workers(function: str, endpoint: str) -> Iterator[int]:
    """Process ids of a function's workers in one local AWS (other runs on this machine have theirs)."""
    marks = {f"AWS_LAMBDA_FUNCTION_NAME={function}".encode(), f"AWS_ENDPOINT_URL={endpoint}".encode()}
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # it may end while we look
            if marks <= set(environ.read_bytes().split(b"\0")):
                yield int(environ.parent.name)


def socket_of(port: int) -> str:
    """The loopback socket with this local port, as a process's open files name it."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].rpartition(":")[2], 16) == port:
            return f"socket:[{fields[9]}]"
    return ""


def open_files(pid: int) -> set[str]:
    """What a process has open."""
    found = set()
    for entry in Path(f"/proc/{pid}/fd").glob("*"):
        with contextlib.suppress(OSError):
            found.add(str(entry.readlink()))
    return found
