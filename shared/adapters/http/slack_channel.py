"""Slack: one message an incident, updated, with the detail in its thread; Block Kit, every value escaped.

https://docs.slack.dev/reference/methods/chat.postMessage and chat.update
https://docs.slack.dev/messaging/formatting-message-text#escaping
"""

import logging
from collections.abc import Callable, Mapping
from http.client import HTTPException, InvalidURL
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from shared.adapters.http.posting import seconds_of
from shared.adapters.http.slack_buttons import buttons
from shared.adapters.http.slack_text import TEXT, fitted, markdown, packed, plain
from shared.domain.errors import AccessDenied, PortError, RateLimited
from shared.ports.buckets import Bucket
from shared.ports.channel import Message
from shared.ports.secrets import KeptSecret

MEMBERS = ("U", "W")
"""How the id of a person begins."""
HEADER, NAME = 150, 256
SECTIONS = 48
"""A message takes 50 blocks; the header and the context are two."""
SECONDS = 5
"""That an answer may take."""
LATER = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
"""Errors after which the same message may pass."""
DENIED = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})
"""Errors of the token; it may have been rotated."""

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
        deleted a new one is posted. Of a member the reference is `D…/ts`: one may post to a member, but only
        the direct message's own id can be updated.

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
        client = slack(secret)
        place, _, thread = message.thread.rpartition("/")
        if where[:1] in MEMBERS:
            where, thread = (place, thread) if place else (where, "")
        if thread:
            try:
                now = current(message)
                asked(lambda: client.chat_update(channel=where, ts=thread, text=now[0], blocks=now[1]))
            except MessageGone:
                thread, where = "", self._to or where
        posted = asked(
            lambda: client.chat_postMessage(
                channel=where,
                text=fitted(message.title, TEXT),
                blocks=blocks(message) if thread else answerable(message),
                thread_ts=thread or None,
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        if thread:
            return message.thread
        direct = f"{posted.get('channel') or where}/" if where[:1] in MEMBERS else ""
        return f"{direct}{posted['ts']}"


def slack(secret: Mapping[str, str]) -> WebClient:
    """The client of a secret's token; nothing is retried in it."""
    url = (secret.get("api_url") or WebClient.BASE_URL).rstrip("/") + "/"
    return WebClient(secret["token"], base_url=url, timeout=SECONDS, retry_handlers=[], logger=SILENT)


class MessageGone(PortError):
    """The incident's message was deleted."""


def current(message: Message) -> tuple[str, list[dict[str, Any]]]:
    """The incident's message as it is now, text and blocks: first title, latest news, how it began."""
    title, *beginning = message.opening or (message.title,)
    latest = message.model_copy(
        update={"title": title, "lines": (f"Now: {message.title}", *message.lines, "—", *beginning)}
    )
    return fitted(title, TEXT), answerable(latest)


def asked(call: Callable[[], SlackResponse]) -> SlackResponse:
    """What Slack answers.

    Raises:
        RateLimited: Slack said when to come again.
        AccessDenied: Slack refused the token.
        PortError: everything else; `retryable` after a fault of Slack's or of the network.
    """
    try:
        return call()
    except SlackApiError as error:
        raise _refused(error) from error
    except SlackClientError as error:
        raise PortError(f"Slack cannot be asked: {error}", retryable=False) from error
    except (InvalidURL, ValueError):  # of the secret's token or api_url, which are not shown
        raise PortError(
            "the Slack secret's token or api_url is none: write it again", retryable=False
        ) from None
    except (HTTPException, OSError) as error:
        raise PortError(f"Slack cannot be reached: {error}", retryable=True) from error


def blocks(message: Message) -> list[dict[str, Any]]:
    """The message in at most 50 blocks: header, context, and sections of at most 3,000 characters."""
    return _blocks(message, SECTIONS)


def answerable(message: Message) -> list[dict[str, Any]]:
    """The same with the buttons by which it can be answered, if it can; still at most 50 blocks."""
    asking = buttons(message)
    return [*_blocks(message, SECTIONS - len(asking)), *asking]


def _blocks(message: Message, sections: int) -> list[dict[str, Any]]:
    about = f"{fitted(message.severity, NAME)} · {fitted(message.incident_id, NAME)}"
    texts = list(packed(message.lines))
    if len(texts) > sections:
        texts[sections - 1 :] = ["… and more than Slack takes: see the incident"]
    return [
        {"type": "header", "text": plain(message.title, HEADER)},
        {"type": "context", "elements": [markdown(about[:TEXT])]},
        *({"type": "section", "text": markdown(text)} for text in texts),
    ]


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
