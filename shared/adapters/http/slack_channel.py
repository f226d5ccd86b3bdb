"""Slack: one message an incident, updated, with the detail in its thread; Block Kit, every value escaped.

https://docs.slack.dev/reference/methods/chat.postMessage and chat.update
https://docs.slack.dev/messaging/formatting-message-text#escaping
"""

import logging
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from shared.adapters.http.posting import seconds_of
from shared.domain.errors import AccessDenied, PortError, RateLimited
from shared.ports.buckets import Bucket
from shared.ports.channel import Message
from shared.ports.secrets import KeptSecret

HEADER = 150
TEXT = 3_000
SECTIONS = 48
"""A message takes 50 blocks; the header and the context are two."""
SECONDS = 5
"""That an answer may take."""
LATER = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
"""Errors after which the same message may pass."""
DENIED = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})
"""Errors of the token; it may have been rotated."""
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories without a glyph: control characters, direction overrides, halves of pairs, separators."""

SILENT = logging.getLogger(__name__)
SILENT.setLevel(logging.CRITICAL)  # the SDK logs what it raises; the runtime says it once


class SlackChannel:
    """Posts as a bot; the secret gives token, channel and perhaps api_url. `to`: another, or a member."""

    digests = True
    bucket = Bucket("slack", per_second=1, burst=5, follow_up=2)

    def __init__(self, secret: KeptSecret, *, name: str = "slack", to: str = "") -> None:
        self._secret, self.name, self._to = secret, name, to

    def send(self, message: Message) -> str:
        """Post the incident's message, or bring it up to date and reply to it; the reference is its `ts`.

        The update comes first: it may be repeated when the reply fails. Where the incident's message was
        deleted a new one is posted.

        Raises:
            RateLimited: Slack said when to come again.
            AccessDenied: Slack refused the token.
            PortError: not delivered; `retryable` after a fault of Slack's or of the network.
        """
        return self._secret.used(lambda secret: self._send(secret, message))

    def _send(self, secret: Mapping[str, str], message: Message) -> str:
        where = self._to or secret.get("channel", "")
        for key, value in (("token", secret.get("token")), ("channel", where)):
            if not value:
                raise PortError(f"the Slack secret has no {key}: put yours there", retryable=False)
        url = (secret.get("api_url") or WebClient.BASE_URL).rstrip("/") + "/"
        client = WebClient(secret["token"], base_url=url, timeout=SECONDS, retry_handlers=[], logger=SILENT)
        thread = message.thread
        if thread:
            try:
                now = current(message)
                _asked(lambda: client.chat_update(channel=where, ts=thread, text=now[0], blocks=now[1]))
            except MessageGone:
                thread = ""
        posted = _asked(
            lambda: client.chat_postMessage(
                channel=where,
                text=_fitted(message.title, TEXT),
                blocks=blocks(message),
                thread_ts=thread or None,
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        return thread or str(posted["ts"])


class MessageGone(PortError):
    """The incident's message was deleted."""


def current(message: Message) -> tuple[str, list[dict[str, Any]]]:
    """The incident's message as it is now, text and blocks: first title, latest news, how it began."""
    title, *beginning = message.opening or (message.title,)
    latest = message.model_copy(
        update={"title": title, "lines": (f"Now: {message.title}", *message.lines, "—", *beginning)}
    )
    return _fitted(title, TEXT), blocks(latest)


def _asked(call: Callable[[], SlackResponse]) -> SlackResponse:
    try:
        return call()
    except SlackApiError as error:
        raise _refused(error) from error
    except SlackClientError as error:
        raise PortError(f"Slack cannot be asked: {error}", retryable=False) from error
    except (HTTPException, OSError) as error:
        raise PortError(f"Slack cannot be reached: {error}", retryable=True) from error


def blocks(message: Message) -> list[dict[str, Any]]:
    """The message in at most 50 blocks: header, context, and sections of at most 3,000 characters."""
    about = f"{_escaped(message.severity)} · {_escaped(message.incident_id)}"
    texts = list(_packed(message.lines))
    if len(texts) > SECTIONS:
        texts[SECTIONS - 1 :] = ["… and more than Slack takes: see the incident"]
    return [
        {
            "type": "header",
            "text": {"type": "plain_text", "text": _fitted(message.title, HEADER), "emoji": False},
        },
        {"type": "context", "elements": [_markdown(about[:TEXT])]},
        *({"type": "section", "text": _markdown(text)} for text in texts),
    ]


def _markdown(text: str) -> dict[str, Any]:
    # verbatim: Slack makes no link, channel or person out of what reads like one.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _packed(lines: Iterable[str]) -> Iterator[str]:
    """The lines, escaped, as few texts as hold them."""
    held = ""
    for piece in (piece for line in lines for piece in _pieces(line)):
        if held and len(held) + 1 + len(piece) > TEXT:
            yield held
            held = piece
        else:
            held = f"{held}\n{piece}" if held else piece
    if held:
        yield held


def _pieces(line: str) -> Iterator[str]:
    """One line, escaped, cut where an escape does not break."""
    held = ""
    for character in _plain(line):
        escaped = ESCAPES.get(character, character)
        if len(held) + len(escaped) > TEXT:
            yield held
            held = ""
        held += escaped
    if held:
        yield held


def _fitted(text: str, most: int) -> str:
    """The text, escaped, at most so many characters; never empty, which Slack refuses."""
    held = ""
    for character in _plain(text):
        escaped = ESCAPES.get(character, character)
        if len(held) + len(escaped) > most - 1:
            return f"{held}…"
        held += escaped
    return held or "…"


def _escaped(text: str) -> str:
    return _fitted(text, 256)


def _plain(text: str) -> str:
    """One line of what can be seen."""
    return "".join(" " if unicodedata.category(each) in UNSEEN else each for each in text).strip()


def _refused(error: SlackApiError) -> PortError:
    answer: Any = error.response
    status = int(getattr(answer, "status_code", 200))
    reason = str(answer.get("error") or error)[:200]
    if status == 429 or reason == "ratelimited":
        seconds = seconds_of(answer.headers.get("Retry-After"))
        return RateLimited(f"Slack asks to retry after {seconds:.0f} s", after=seconds)
    if reason in DENIED:
        return AccessDenied(f"Slack: {reason}")
    if reason == "message_not_found":
        return MessageGone("Slack: the message was deleted", retryable=False)
    return PortError(f"Slack: {status} {reason}", retryable=status >= 500 or reason in LATER)
