"""The Slack recorder answers as Slack's Web API does."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from scripts.local_aws.process import SLACK_TOKEN, LocalAws
from scripts.local_aws.slack import SlackRecorder

pytestmark = pytest.mark.local_aws


@pytest.fixture
def slack() -> Iterator[str]:
    with SlackRecorder(0, token=SLACK_TOKEN) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        call(url, "/_recorder/channels", {"channels": ["C1", "C2"]})
        yield url
        server.shutdown()
        thread.join()


def call(
    slack: str, path: str, body: dict[str, Any] | None = None, token: str = SLACK_TOKEN, form: bool = False
) -> tuple[int, Any, Any]:
    data = None if body is None else (urlencode(body) if form else json.dumps(body)).encode()
    kind = "application/x-www-form-urlencoded" if form else "application/json; charset=utf-8"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    request = urllib.request.Request(f"{slack}{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.load(answer), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error), error.headers


def post(slack: str, **body: Any) -> Any:
    return call(slack, "/api/chat.postMessage", {"channel": "C1", "text": "hello", **body})[1]


def test_a_message_gets_a_timestamp_and_a_thread_and_is_recorded_in_order(slack: str) -> None:
    first = post(slack, text="opened")
    assert first["ok"]
    post(slack, text="in thread", thread_ts=first["ts"])
    update = {"channel": "C1", "ts": first["ts"], "text": "closed"}
    assert call(slack, "/api/chat.update", update)[1]["ts"] == first["ts"]
    _, messages, _ = call(slack, "/_recorder/messages")
    assert [(each["path"], each["text"], each.get("thread_ts")) for each in messages] == [
        ("/api/chat.postMessage", "opened", None),
        ("/api/chat.postMessage", "in thread", first["ts"]),
        ("/api/chat.update", "closed", None),
    ]


def test_a_form_is_as_good_as_json(slack: str) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*hi*"}}]
    body = {"channel": "C2", "text": "form", "blocks": json.dumps(blocks)}
    assert call(slack, "/api/chat.postMessage", body, form=True)[1]["ok"]
    assert call(slack, "/_recorder/messages")[1][-1]["blocks"] == blocks


BUTTON = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "x"}, "value": "{}"}


def button(**wrong: Any) -> dict[str, Any]:
    return {"blocks": [{"type": "actions", "elements": [{**BUTTON, **wrong}]}]}


def test_a_button_within_the_limits_is_taken(slack: str) -> None:
    assert post(slack, **button())["ok"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"channel": "C9"}, "channel_not_found"),
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]}, "invalid_blocks"),
        ({"blocks": [{"type": "actions", "elements": []}]}, "invalid_blocks"),
        ({"blocks": [{"type": "actions", "elements": [BUTTON, BUTTON]}]}, "invalid_blocks"),
        (button(value="x" * 2_001), "invalid_blocks"),
        (button(action_id="x" * 256), "invalid_blocks"),
        (button(text={"type": "plain_text", "text": "x" * 76}), "invalid_blocks"),
        (button(text={"type": "mrkdwn", "text": "x"}), "invalid_blocks"),
        (button(confirm={"title": {"type": "plain_text", "text": "x"}}), "invalid_blocks"),
    ],
)
def test_a_message_that_slack_refuses_is_refused(slack: str, body: dict[str, Any], error: str) -> None:
    assert post(slack, **body) == {"ok": False, "error": error}
    assert call(slack, "/_recorder/messages")[1] == []


def test_a_wrong_token_is_refused(slack: str) -> None:
    answer = call(slack, "/api/chat.postMessage", {"channel": "C1", "text": "x"}, token="wrong")[1]
    assert answer == {"ok": False, "error": "invalid_auth"}


def test_an_update_of_an_unknown_message_is_refused(slack: str) -> None:
    answer = call(slack, "/api/chat.update", {"channel": "C1", "text": "x", "ts": "1.0"})[1]
    assert answer["error"] == "message_not_found"


def test_a_channel_takes_a_burst_and_then_asks_to_retry_later(slack: str) -> None:
    message = {"channel": "C1", "text": "x"}
    answers = [call(slack, "/api/chat.postMessage", message) for _ in range(7)]
    assert [status for status, _, _ in answers[:5]] == [200] * 5
    status, body, headers = answers[-1]
    assert (status, body["error"], headers["Retry-After"]) == (429, "ratelimited", "1")
    assert call(slack, "/api/chat.postMessage", {**message, "channel": "C2"})[0] == 200


def test_faults_are_played_to_the_next_calls(slack: str) -> None:
    call(slack, "/_recorder/faults", {"status": 503, "count": 2})
    message = {"channel": "C1", "text": "x"}
    statuses = [call(slack, "/api/chat.postMessage", message)[0] for _ in range(3)]
    assert statuses == [503, 503, 200]


def test_the_gateway_runs_one(aws: LocalAws) -> None:
    assert call(aws.slack_url, "/api/auth.test", {})[1]["ok"]
