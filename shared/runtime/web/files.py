"""The page's files, as they lie in a folder: each with its type, an ETag of its content, and a CSP."""

import hashlib
import json
from base64 import b64encode
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path

from shared.domain.sign_in import SignIn
from shared.runtime.web.response import Answered, page_policy, problem

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
INDEX = "index.html"
PREFIX = "/static/"
SIGN_IN = "/signin.json"
"""Where the page learns its issuer, before anybody is known."""


class Files:
    """Only what was in the folder: a path that leads out of it names no file."""

    def __init__(self, folder: Path, sign_in: SignIn | None = None) -> None:
        """With an issuer the page may ask that one too, and nobody else."""
        self._folder = folder.resolve()
        self._policy = page_policy(sign_in.origins if sign_in else ())
        self._sign_in = sign_in.model_dump_json() if sign_in else json.dumps({"issuer": None})

    def serves(self, path: str) -> bool:
        """Whether a path is a file's, be there one or not."""
        return path in ("/", SIGN_IN) or path.startswith(PREFIX) or path.removeprefix("/") in self._names()

    def answer(self, method: str, path: str) -> Answered:
        """The file, or 404."""
        if method not in ("GET", "HEAD"):
            return problem(HTTPStatus.METHOD_NOT_ALLOWED, "a file is read with GET", path, Allow="GET")
        if path == SIGN_IN:
            headers = {"Content-Type": TYPES[".json"], "Cache-Control": "no-cache"}
            return {"statusCode": 200, "headers": headers, "body": self._sign_in}
        name = path.removeprefix(PREFIX if path.startswith(PREFIX) else "/") or INDEX
        if name not in self._names():
            return problem(HTTPStatus.NOT_FOUND, "there is no such file", path)
        found = self._folder / name
        body, tag = _content(found, found.stat().st_mtime_ns)
        headers = {
            "Content-Type": TYPES[found.suffix],
            "Content-Security-Policy": self._policy,
            "Cache-Control": "no-cache",
            "ETag": tag,
        }
        return {"statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": True}

    def _names(self) -> frozenset[str]:
        files = (path for path in self._folder.rglob("*") if path.is_file() and path.suffix in TYPES)
        return frozenset(str(path.relative_to(self._folder)) for path in files)


@lru_cache(maxsize=100)
def _content(path: Path, _changed: int) -> tuple[str, str]:
    content = path.read_bytes()
    return b64encode(content).decode(), f'"{hashlib.sha256(content).hexdigest()[:32]}"'
