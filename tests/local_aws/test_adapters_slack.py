"""The Slack channel against the recorder, which answers as Slack does."""

from __future__ import annotations

import json
import socket
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scripts.local_aws.process import SLACK_TOKEN
from scripts.local_aws.slack import SlackRecorder
from scripts.local_aws.slack_click import buttons
from shared.adapters.http.slack_aside import SlackAside
from shared.adapters.http.slack_channel import SlackChannel
from shared.adapters.local.system_clock import SystemClock
from shared.domain.errors import PortError, RateLimited
from shared.ports.channel import Ask, Message
from shared.ports.secrets import KeptSecret

pytestmark = pytest.mark.local_aws

MESSAGE = Message(incident_id="I1", title="shop: latency", lines=("api waits",), severity="critical")
LATER = MESSAGE.model_copy(
    update={"title": "Resolved", "lines": ("It held.",), "opening": ("shop: latency", "api waits")}
)


@dataclass
class Slack:
    """The recorder, and a channel that posts to it."""

    url: str

    def channel(self, **secret: str) -> SlackChannel:
        given = {"token": SLACK_TOKEN, "channel": "C1", "api_url": f"{self.url}/api", **secret}
        return SlackChannel(KeptSecret(lambda: given, SystemClock()))

    def messages(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/_recorder/messages", timeout=5) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def control(self, path: str, body: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_recorder/{path}", json.dumps(body).encode(), headers)
        urllib.request.urlopen(request, timeout=5).close()


def served(server: ThreadingHTTPServer) -> Iterator[Slack]:
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Slack(f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()
        thread.join()


@pytest.fixture
def slack() -> Iterator[Slack]:
    yield from served(SlackRecorder(0, token=SLACK_TOKEN))


def failure(channel: SlackChannel, message: Message = MESSAGE) -> PortError:
    with pytest.raises(PortError) as raised:
        channel.send(message)
    return raised.value


def test_one_message_an_incident_is_updated_and_its_detail_goes_into_its_thread(slack: Slack) -> None:
    ts = slack.channel().send(MESSAGE)
    assert slack.channel().send(LATER.model_copy(update={"thread": ts})) == ts
    first, update, detail = slack.messages()
    assert (first["ts"], first["channel"], first["text"]) == (ts, "C1", "shop: latency")
    assert first["blocks"][0]["text"]["text"] == "shop: latency"
    assert "thread_ts" not in first
    assert (update["path"], update["ts"], update["text"]) == ("/api/chat.update", ts, "shop: latency")
    said = update["blocks"][2]["text"]["text"]
    assert said.splitlines() == ["Now: Resolved", "It held.", "—", "api waits"]
    assert (detail["thread_ts"], detail["text"]) == (ts, "Resolved")


def test_a_member_is_told_in_one_direct_message_which_is_updated_where_slack_keeps_it(slack: Slack) -> None:
    given = {"token": SLACK_TOKEN, "channel": "C1", "api_url": f"{slack.url}/api"}
    member = SlackChannel(KeptSecret(lambda: given, SystemClock()), name="slack:ada:1", to="U0ADA")
    reference = member.send(MESSAGE)
    assert member.send(LATER.model_copy(update={"thread": reference})) == reference
    first, update, detail = slack.messages()
    assert (first["channel"], update["channel"], detail["channel"]) == ("U0ADA", "D0ADA", "D0ADA")
    assert detail["thread_ts"] == update["ts"] == first["ts"]


def test_a_member_whose_direct_message_is_not_known_gets_a_new_one(slack: Slack) -> None:
    given = {"token": SLACK_TOKEN, "channel": "C1", "api_url": f"{slack.url}/api"}
    member = SlackChannel(KeptSecret(lambda: given, SystemClock()), name="slack:ada:1", to="U0ADA")
    member.send(LATER.model_copy(update={"thread": "1.0"}))
    (found,) = slack.messages()
    assert (found["channel"], found.get("thread_ts")) == ("U0ADA", None)


def test_where_the_message_was_deleted_a_new_one_begins(slack: Slack) -> None:
    ts = slack.channel().send(LATER.model_copy(update={"thread": "1.0"}))
    (found,) = slack.messages()
    assert (found["ts"], found.get("thread_ts")) == (ts, None)


ASKING = MESSAGE.model_copy(update={"ask": Ask(request="r", digest="d", exactly="value: 20 → 200")})


def test_buttons_are_on_the_incidents_own_message_until_nothing_can_be_answered(slack: Slack) -> None:
    ts = slack.channel().send(ASKING)
    later = ASKING.model_copy(update={"thread": ts, "opening": ("shop: latency",)})
    slack.channel().send(later)
    slack.channel().send(later.model_copy(update={"ask": None}))
    first, update, reply, last, _ = slack.messages()
    assert [len(buttons(one["blocks"])) for one in (first, update, reply, last)] == [4, 4, 0, 0]


def test_an_answer_is_seen_by_one_person_and_is_text(slack: Slack) -> None:
    given = {"token": SLACK_TOKEN, "api_url": f"{slack.url}/api"}
    aside = SlackAside(KeptSecret(lambda: given, SystemClock()))
    aside("C1", "U0ADA", ("INC-1: <!channel> approved", "<script>" + "&" * 9_000))
    (found,) = slack.messages()
    assert (found["path"], found["channel"], found["user"]) == ("/api/chat.postEphemeral", "C1", "U0ADA")
    assert "<" not in json.dumps(found)
    with pytest.raises(PortError, match="user_not_found"):
        aside("C1", "nobody", ("x",))


def test_a_rotated_token_is_read_again_and_the_message_arrives(slack: Slack) -> None:
    given = iter(["xoxb-old", SLACK_TOKEN])
    secret = {"channel": "C1", "api_url": f"{slack.url}/api"}
    kept = KeptSecret(lambda: {**secret, "token": next(given)}, SystemClock())
    with pytest.raises(PortError, match="invalid_auth"):
        SlackChannel(kept).send(MESSAGE)  # read just now: the one that came with it is refused
    assert SlackChannel(kept).send(MESSAGE)


def test_no_text_forms_a_mention_or_markup(slack: Slack) -> None:
    text = "<!channel> <@U1> <https://evil.test|x> \u202e & done"
    slack.channel().send(MESSAGE.model_copy(update={"title": text, "lines": (text,)}))
    (found,) = slack.messages()
    shown = json.dumps(found, ensure_ascii=False)
    assert "<" not in shown
    assert "\u202e" not in shown
    assert "&lt;!channel&gt;" in found["text"]
    assert "&amp; done" in found["blocks"][2]["text"]["text"]


def test_the_longest_message_is_taken(slack: Slack) -> None:
    long = MESSAGE.model_copy(update={"title": "<" * 5_000, "lines": ("&" * 5_000,) * 100})
    assert slack.channel().send(long)
    (found,) = slack.messages()
    assert len(found["blocks"]) == 50


def test_a_rate_limit_says_when_to_retry(slack: Slack) -> None:
    for _ in range(5):
        slack.channel().send(MESSAGE)
    error = failure(slack.channel())
    assert isinstance(error, RateLimited)
    assert error.after == 1
    assert slack.channel(channel="C2").send(MESSAGE)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_fault_of_slacks_may_be_retried(slack: Slack, status: int) -> None:
    slack.control("faults", {"status": status})
    error = failure(slack.channel())
    assert error.retryable
    assert str(status) in str(error)
    assert slack.messages() == []
    assert slack.channel().send(MESSAGE)


def test_an_unknown_channel_or_token_is_not_retried(slack: Slack) -> None:
    slack.control("channels", {"channels": ["C1"]})
    error = failure(slack.channel(channel="C9"))
    assert (error.retryable, "channel_not_found" in str(error)) == (False, True)
    error = failure(slack.channel(token="xoxb-secret"))
    assert (error.retryable, "invalid_auth" in str(error)) == (False, True)
    assert "xoxb-secret" not in str(error)


class _Page(BaseHTTPRequestHandler):
    """A proxy's page where Slack should be."""

    status = 502

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        page = b"<html>bad gateway</html>"
        self.send_response(self.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Silence."""


class _Hangup(_Page):
    def do_POST(self) -> None:
        self.wfile.write(b"nonsense\r\n\r\n")


@pytest.mark.parametrize("handler", [_Page, _Hangup])
def test_an_answer_that_is_not_slacks_may_be_retried(handler: type[BaseHTTPRequestHandler]) -> None:
    for slack in served(ThreadingHTTPServer(("127.0.0.1", 0), handler)):
        assert failure(slack.channel()).retryable


def test_a_network_that_does_not_answer_may_be_retried() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, and nobody listens
        error = failure(Slack(f"http://127.0.0.1:{held.getsockname()[1]}").channel())
    assert error.retryable
    assert "cannot be reached" in str(error)
