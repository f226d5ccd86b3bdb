"""What a message looks like in Slack, and that nobody's text becomes markup in it."""

import re
from typing import Any

import pytest

from shared.adapters.http.slack_channel import SlackChannel, blocks
from shared.adapters.http.webhook_channel import WebhookChannel
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_channel import MemoryChannel
from shared.domain.errors import PortError
from shared.ports.channel import Message
from shared.ports.secrets import KeptSecret


def message(*lines: str, title: str = "shop: latency", **more: str) -> Message:
    return Message(
        incident_id=more.get("incident_id", "I1"),
        title=title,
        lines=lines,
        severity=more.get("severity", "critical"),
    )


def sections(shown: list[dict[str, Any]]) -> list[str]:
    return [each["text"]["text"] for each in shown if each["type"] == "section"]


def texts(shown: list[dict[str, Any]]) -> list[str]:
    header, context, *_ = shown
    return [header["text"]["text"], context["elements"][0]["text"], *sections(shown)]


def test_a_message_is_a_header_a_context_and_its_lines() -> None:
    header, context, section = blocks(message("api waits for db", "pool: 20 became 2"))
    assert header == {
        "type": "header",
        "text": {"type": "plain_text", "text": "shop: latency", "emoji": False},
    }
    assert context["elements"][0]["text"] == "critical · I1"
    assert section["text"] == {
        "type": "mrkdwn",
        "text": "api waits for db\npool: 20 became 2",
        "verbatim": True,
    }


HOSTILE = [
    "<!channel>",
    "<!here|here>",
    "<@U0001>",
    "<#C1>",
    "<https://evil.test|the runbook>",
    "&lt;!channel&gt;",
    "a & b < c > d",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_value_forms_no_markup_wherever_it_stands(text: str) -> None:
    shown = blocks(message(text, title=text, incident_id=text, severity=text))
    for each in texts(shown):
        assert not re.search(r"[<>]", each)
        assert not re.search(r"&(?!amp;|lt;|gt;)", each)
    unescaped = sections(shown)[0].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert unescaped == text


@pytest.mark.parametrize(
    "unseen", ["\u202e", "\u2066", "\u200b", "\x00", "\x1b", "\n", "\u2028", "\ud800", "\r"]
)
def test_what_cannot_be_seen_or_turns_the_text_is_a_space(unseen: str) -> None:
    for each in texts(blocks(message(f"a{unseen}b", title=f"a{unseen}b", severity=f"a{unseen}b"))):
        assert unseen not in each
        assert "a b" in each


def test_no_block_is_longer_than_slack_takes_and_no_escape_is_cut() -> None:
    shown = blocks(message("&" * 10_000, "<" * 10_000, title="&" * 400, incident_id=">" * 400))
    header, *others = texts(shown)
    assert len(header) <= 150
    assert all(len(each) <= 3_000 for each in others)
    for each in (header, *others):
        assert re.fullmatch(r"(?:&amp;|&lt;|&gt;|[^&<>])*", each)
    assert "".join(sections(shown)).count("&amp;") == 10_000


def test_many_lines_are_packed_and_the_rest_is_named() -> None:
    assert len(blocks(message(*("x" * 100 for _ in range(100))))) == 2 + 4
    shown = blocks(message(*("x" * 3_000 for _ in range(100))))
    assert len(shown) == 50
    assert "see the incident" in sections(shown)[-1]
    assert len(blocks(message("x" * 1_000_000))) == 50


def test_an_empty_message_still_has_a_header_that_slack_takes() -> None:
    header, _ = blocks(message("", " ", title="\u202e"))
    assert header["text"]["text"] == "…"


@pytest.mark.parametrize(
    ("secret", "missing"),
    [
        ({"channel": "C1", "webhook": "hunter2"}, "token"),
        ({"token": "hunter2", "channel": "", "api_url": ""}, "channel"),  # as it is deployed
    ],
)
def test_a_secret_that_is_not_filled_in_is_named_but_not_shown(secret: dict[str, str], missing: str) -> None:
    with pytest.raises(PortError, match=f"has no {missing}") as raised:
        SlackChannel(KeptSecret(lambda: secret, ManualClock())).send(message("x"))
    assert not raised.value.retryable
    assert "hunter2" not in str(raised.value)


UNUSABLE = {"token": "hunter2", "channel": "C1", "api_url": "http://127.0.0.1:1/"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "hunter2\nx"},
        {"token": "hunter2☃"},
        {"api_url": "hunter2"},
        {"api_url": "https://[hunter2"},
        {"api_url": "https://127.0.0.1:1/hunter2 x"},
    ],
)
def test_a_secret_that_slack_cannot_be_asked_with_is_a_failure_for_good(wrong: dict[str, str]) -> None:
    channel = SlackChannel(KeptSecret(lambda: {**UNUSABLE, **wrong}, ManualClock()))
    with pytest.raises(PortError, match="write it again") as raised:
        channel.send(message("x"))
    assert not raised.value.retryable
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["https://[x", "https://x:99999", "https://x y", "https://..x", "https://127.0.0.1:1/ä b"]
)
def test_a_webhook_whose_address_is_none_is_a_failure_for_good(url: str) -> None:
    channel = WebhookChannel(KeptSecret(lambda: {"url": url, "key": "k" * 32}, ManualClock()), ManualClock())
    with pytest.raises(PortError, match="write it again") as raised:
        channel.send(message("x"))
    assert not raised.value.retryable


def test_the_memory_channel_keeps_messages_and_numbers_them() -> None:
    channel = MemoryChannel("console")
    sent = [message("a"), message("b")]
    assert [channel.send(each) for each in sent] == ["1", "2"]
    assert (channel.name, channel.messages) == ("console", sent)
