"""Entry point of a function behind an HTTP API whose callers sign: checked and answered, then done.

What is checked is handed over to the function itself, which checks it again: whoever may only invoke the
function can forge nothing. A vendor waits for three seconds, and shows an answer of 4xx or 5xx as a failure.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from shared.composition import aws
from shared.domain.errors import CommanderError, InvalidAnswer, NotGenuine, NotOurs
from shared.ports.reception import Desk, Later, Received
from shared.ports.signals import DeadLetters
from shared.runtime.observed import count, logger
from shared.runtime.rejects import as_body, rejecting

MOST = 131_072
"""Bytes of a body."""
KEPT = ("x-slack-request-timestamp", "x-slack-signature", "x-pagerduty-signature")
"""Headers that are handed on."""
STATUS: tuple[tuple[type[CommanderError], int], ...] = (
    (NotGenuine, 401),
    (NotOurs, 403),
    (InvalidAnswer, 400),
)
Lost = Callable[[str], None]
Event = dict[str, Any]


def reception_handler(
    name: str,
    desks: Callable[[Lost], Mapping[str, Desk]],
    later: Callable[[], Later],
    dead_letters: Callable[[], DeadLetters] = aws.dead_letters,
) -> Callable[[Event, Any], Event | None]:
    """A Lambda handler of the desks by path. That somebody could not be told is counted only."""

    def lost(reason: str) -> None:
        logger.warning("somebody was not told what came of it", extra={"reason": reason})
        count("Unanswered", name)

    reception = _Reception(name, cache(lambda: desks(lost)), cache(later), cache(dead_letters))

    def handler(event: Event, _context: Any) -> Event | None:
        if "requestContext" in event:
            return reception.answer(event)
        reception.do(event)
        return None

    return handler


@dataclass(frozen=True)
class _Reception:
    name: str
    desks: Callable[[], Mapping[str, Desk]]
    later: Callable[[], Later]
    dead_letters: Callable[[], DeadLetters]

    def answer(self, event: Event) -> Event:
        """What the vendor is answered; what is refused is counted, and so is what we failed at."""
        try:
            status = self._posted(event)
        except CommanderError as error:
            status = next((code for kind, code in STATUS if isinstance(error, kind)), 503)
            logger.warning("refused", extra={"status": status, "reason": str(error)})
        if status != 200:
            count("Failed" if status == 503 else "Refused", self.name)
        return {"statusCode": status, "headers": {"content-type": "text/plain"}, "body": ""}

    def _posted(self, event: Event) -> int:
        path, received = _posted(event)
        desk = self.desks().get(path)
        if desk is None:
            return 404
        if len(received.body) > MOST:
            return 413
        if desk.take(received):
            self.later()(_job(path, received))
        return 200

    def do(self, job: Event) -> None:
        """Do what was taken. What can never be done is buried; other failures are Lambda's to try again."""
        with rejecting(self.name, as_body(job), self.dead_letters):
            path, received = _handed(job)
            desk = self.desks().get(path)
            if desk is None:
                raise InvalidAnswer(f"there is no desk at {path}")
            logger.info("answer", extra={"outcome": desk.act(received)})
            count("Taken", self.name)


def _posted(event: Event) -> tuple[str, Received]:
    """What came through the HTTP API, payload format 2.0."""
    headers = {str(key).lower(): str(value) for key, value in (event.get("headers") or {}).items()}
    body = str(event.get("body") or "")
    raw = _bytes(body) if event.get("isBase64Encoded") else body.encode(errors="surrogatepass")
    return str(event.get("rawPath", "")), Received(headers, raw)


def _job(path: str, received: Received) -> dict[str, object]:
    headers = {key: received.headers[key] for key in KEPT if key in received.headers}
    return {"path": path, "headers": headers, "body": base64.b64encode(received.body).decode()}


def _handed(job: Event) -> tuple[str, Received]:
    headers = job.get("headers")
    if not isinstance(headers, dict):
        raise InvalidAnswer("this is nothing that was handed over")
    kept = {key: str(headers[key]) for key in KEPT if key in headers}
    return str(job.get("path")), Received(kept, _bytes(str(job.get("body", ""))))


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidAnswer("the body is not the base64 that it says it is") from None
