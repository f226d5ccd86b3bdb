"""JSON by POST: to https, or to this machine; no redirect is followed and no proxy asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection, InvalidURL
from typing import Any
from urllib.parse import urlsplit

from shared.domain.errors import AccessDenied, PortError, RateLimited

SECONDS = 5
"""That an answer may take."""
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
MOST = 65_536
"""Bytes of an answer that are read."""


@dataclass(frozen=True)
class Answer:
    """What was answered with a status of success; `body` is empty when it is no JSON object."""

    status: int
    body: Mapping[str, Any]


def post(who: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post, and say what came back.

    Raises:
        RateLimited: 429, with the seconds of Retry-After.
        AccessDenied: 401 or 403.
        PortError: another status, `retryable` when it is 408 or 5xx; or the network, which may be retried.
    """
    connection, path = _connection(who, url)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        text, status = answer.read(MOST), answer.status
    except (InvalidURL, ValueError):  # a space in the path, a host that no name may be; it may be a secret
        raise _unusable(who) from None
    except (HTTPException, OSError) as error:
        raise PortError(f"{who} cannot be reached: {error}", retryable=True) from error
    finally:
        connection.close()
    if status == 429:
        seconds = seconds_of(answer.getheader("Retry-After"))
        raise RateLimited(f"{who} asks to retry after {seconds:.0f} s", after=seconds)
    if status in (401, 403):
        raise AccessDenied(f"{who}: {status}")
    if not 200 <= status < 300:
        said = text[:200].decode(errors="replace")
        raise PortError(f"{who}: {status} {said}", retryable=status >= 500 or status == 408)
    return Answer(status, _object(text))


def _connection(who: str, url: str) -> tuple[HTTPConnection, str]:
    """The connection, not open yet, and the path."""
    try:
        parts = urlsplit(url)
        plain = parts.scheme == "http" and parts.hostname in LOOPBACK
        if not parts.hostname or not (parts.scheme == "https" or plain):
            raise PortError(f"the address of {who} is not https: write it again", retryable=False)
        made = (HTTPConnection if plain else HTTPSConnection)(parts.hostname, parts.port, timeout=SECONDS)
    except (InvalidURL, ValueError):
        raise _unusable(who) from None
    return made, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _unusable(who: str) -> PortError:
    return PortError(f"the address of {who} is none: write it again", retryable=False)


def seconds_of(retry_after: str | None) -> float:
    """The seconds of a Retry-After header: 1 where there is none, or a date instead."""
    try:
        return max(0.0, float(retry_after or "1"))
    except ValueError:
        return 1.0


def _object(text: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
