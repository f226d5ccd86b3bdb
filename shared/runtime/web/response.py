"""What every answer carries: headers that let nothing else in, an ETag, and errors as RFC 9457 has them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from shared.domain.errors import (
    AccessDenied,
    CommanderError,
    CommandRefused,
    Forbidden,
    IncidentNotFound,
    InvalidQuery,
    NotProjected,
    PortError,
)
from shared.views.spoken import Problem

PROBLEM = "application/problem+json"
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
SECURITY = {
    "Content-Security-Policy": DATA_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""A browser ignores Strict-Transport-Security on plain HTTP, which loopback is."""
BEHIND, TIME = "Commander-Behind-Seconds", "Commander-Time"
Answered = dict[str, Any]
"""A response of payload 2.0."""

STATUS: tuple[tuple[type[CommanderError], HTTPStatus, str], ...] = (
    (InvalidQuery, HTTPStatus.BAD_REQUEST, ""),
    (IncidentNotFound, HTTPStatus.NOT_FOUND, ""),
    (NotProjected, HTTPStatus.SERVICE_UNAVAILABLE, ""),
    (Forbidden, HTTPStatus.FORBIDDEN, ""),
    (CommandRefused, HTTPStatus.CONFLICT, ""),
    (AccessDenied, HTTPStatus.BAD_GATEWAY, "AWS refuses it to the dashboard's role: its log says what"),
    (PortError, HTTPStatus.SERVICE_UNAVAILABLE, "AWS does not answer as it should: ask again in a moment"),
    (CommanderError, HTTPStatus.CONFLICT, ""),
)
"""The first that fits; a detail replaces the error's own, which may name what no caller must know."""


def page_policy(origins: Iterable[str] = ()) -> str:
    """The page's CSP.

    Args:
        origins: whom it may ask beside its own server; from the stage's configuration, never from a request.
    """
    asked = " ".join(("'self'", *origins))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src {asked}; font-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'"
    )


def problem(status: HTTPStatus, detail: str, instance: str = "", **headers: str) -> Answered:
    """An error answer."""
    said = Problem(title=status.phrase, status=status, detail=detail, instance=instance[:200])
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "1"
    body = said.model_dump_json()
    return {"statusCode": int(status), "headers": {"Content-Type": PROBLEM, **headers}, "body": body}


def of_error(error: CommanderError, instance: str) -> Answered:
    """The answer to a refusal or failure that was foreseen."""
    status, detail = next((status, said) for kind, status, said in STATUS if isinstance(error, kind))
    return problem(status, detail or str(error), instance)


def finished(answer: Answered, asked: Mapping[str, str], now: str) -> Answered:
    """With its security headers, its ETag, and 304 where the caller has it already.

    Args:
        asked: the request's headers, names in lower case.
        now: the server's clock, ISO 8601: for countdowns.
    """
    given = {**answer.get("headers", {}), **_first(answer.get("multiValueHeaders", {}))}
    headers = {**SECURITY, "Cache-Control": "no-store", TIME: now, **given}
    done = {**answer, "headers": headers, "isBase64Encoded": answer.get("isBase64Encoded", False)}
    done.pop("multiValueHeaders", None)
    if done["statusCode"] != HTTPStatus.OK:
        return done
    if headers.get("Content-Type", "").startswith("application/json"):
        _sealed(done, headers)
    if "ETag" in headers and headers["ETag"] in _tags(asked.get("if-none-match", "")):
        kept = {name: value for name, value in headers.items() if name != "Content-Type"}
        return {**done, "statusCode": int(HTTPStatus.NOT_MODIFIED), "headers": kept, "body": ""}
    return done


def _sealed(done: Answered, headers: dict[str, str]) -> None:
    """Weak: how far behind an answer is may differ while all that it says is the same."""
    content = json.loads(done["body"])
    behind = content.pop("behind_seconds", None) if isinstance(content, dict) else None
    headers[BEHIND] = "unknown" if behind is None else str(behind)
    plain = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    headers["ETag"] = f'W/"{hashlib.sha256(plain).hexdigest()[:32]}"'


def _tags(header: str) -> set[str]:
    return {one.strip() for one in header.split(",")}


def _first(values: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: each[0] for name, each in values.items() if each}
