"""PagerDuty and the webhook against recorders that answer as they do, limits and errors included."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.local_aws.other_channels import KEY
from scripts.local_aws.process import SLACK_TOKEN, LocalAws
from scripts.local_aws.slack import SlackRecorder
from shared.adapters.aws.sesv2_channel import SesV2Channel
from shared.adapters.aws.sns_channel import SnsChannel
from shared.adapters.http.pagerduty_channel import PagerDutyChannel
from shared.adapters.http.webhook_channel import WebhookChannel
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.system_clock import SystemClock
from shared.domain.errors import AccessDenied, PortError, RateLimited
from shared.ports.channel import Channel, Message, State
from shared.ports.secrets import KeptSecret
from tests.local_aws.test_adapters_slack import Slack, served

pytestmark = pytest.mark.local_aws

MESSAGE = Message(incident_id="INC-1", title="shop: latency", lines=("api waits",), severity="high")


@pytest.fixture
def recorder() -> Iterator[Slack]:
    yield from served(SlackRecorder(0, token=SLACK_TOKEN))


def kept(**secret: str) -> KeptSecret:
    return KeptSecret(lambda: secret, SystemClock())


def pagerduty(url: str, routing_key: str = "r" * 32) -> PagerDutyChannel:
    return PagerDutyChannel(kept(routing_key=routing_key, api_url=f"{url}/v2/enqueue"), "prod")


def webhook(url: str, **more: Any) -> WebhookChannel:
    clock = more.pop("clock", SystemClock())
    return WebhookChannel(kept(url=f"{url}/webhook", **{"key": KEY, **more}), clock)


def received(recorder: Slack) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{recorder.url}/_recorder/others", timeout=5) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def failure(channel: Channel) -> PortError:
    with pytest.raises(PortError) as raised:
        channel.send(MESSAGE)
    return raised.value


def test_an_alert_is_triggered_acknowledged_and_resolved(recorder: Slack) -> None:
    for state in State:
        assert pagerduty(recorder.url).send(MESSAGE.model_copy(update={"state": state})) == "prod:INC-1"
    bodies = [one["body"] for one in received(recorder)]
    assert [one["event_action"] for one in bodies] == ["trigger", "acknowledge", "resolve"]
    assert bodies[0]["payload"]["severity"] == "error"


def test_a_key_of_the_wrong_length_is_a_failure_for_good_and_is_not_shown(recorder: Slack) -> None:
    error = failure(pagerduty(recorder.url, "hunter2"))
    assert not error.retryable
    assert "routing_key" in str(error)
    assert "hunter2" not in str(error)


def test_the_webhook_takes_what_is_signed_and_new(recorder: Slack) -> None:
    name = webhook(recorder.url).send(MESSAGE)
    (found,) = received(recorder)
    assert found["body"]["title"] == "shop: latency"
    assert found["headers"]["X-Commander-Id"] == name
    assert webhook(recorder.url).send(MESSAGE) == name  # the same message has the same id


def test_the_webhook_refuses_another_key_and_an_old_signature(recorder: Slack) -> None:
    assert isinstance(failure(webhook(recorder.url, key="another key of the same length, too")), AccessDenied)
    assert isinstance(failure(webhook(recorder.url, clock=ManualClock())), AccessDenied)


def test_a_short_key_or_an_address_in_the_clear_is_refused_before_anything_is_sent(recorder: Slack) -> None:
    assert not failure(webhook(recorder.url, key="short")).retryable
    clear = WebhookChannel(kept(url="http://example.com/hook", key=KEY), SystemClock())
    assert "not https" in str(failure(clear))
    assert received(recorder) == []


@pytest.mark.parametrize("make", [pagerduty, webhook])
def test_a_rate_limit_says_when_and_a_fault_may_be_tried_again(recorder: Slack, make: Any) -> None:
    recorder.control("faults", {"status": 429})
    limited = failure(make(recorder.url))
    assert isinstance(limited, RateLimited)
    assert limited.after == 1
    recorder.control("faults", {"status": 500})
    assert failure(make(recorder.url)).retryable
    recorder.control("faults", {"status": 302})
    assert not failure(make(recorder.url)).retryable
    assert make(recorder.url).send(MESSAGE)


@pytest.mark.parametrize("make", [pagerduty, webhook])
def test_who_does_not_answer_may_be_asked_again(make: Any) -> None:
    assert failure(make("http://127.0.0.1:9")).retryable


def test_mail_and_the_last_resort_are_taken_by_ses_and_sns(aws: LocalAws) -> None:
    ses, sns = aws.client("sesv2"), aws.client("sns")
    ses.create_email_identity(EmailIdentity="commander@example.com")
    name = SesV2Channel(ses, "commander@example.com", "ops@example.com").send(
        MESSAGE.model_copy(update={"lines": ("<script>",)})
    )
    with urllib.request.urlopen(f"{aws.endpoint}/_ministack/ses/messages", timeout=5) as answer:
        sent = [one for kept in json.load(answer)["messages"].values() for one in kept]
    (mail,) = [one for one in sent if one["MessageId"] == name]
    assert (mail["To"], mail["Subject"]) == (["ops@example.com"], "[high] shop: latency")
    assert ("<script>" in mail["BodyText"], "<script>" in mail["BodyHtml"]) == (True, False)
    assert SnsChannel(sns, sns.create_topic(Name="last")["TopicArn"]).send(MESSAGE)
