"""A deployed stage asks people before it acts, and does what they approved, once."""

import io
import json
import urllib.request
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from rich.console import Console
from typer.testing import CliRunner

from scripts.commander.main import application
from scripts.demo.play import perform
from scripts.demo.report import Run
from scripts.demo.stage import Stage, deployed
from scripts.demo.voice import Voice
from scripts.local_aws.pagerduty_webhook import WEBHOOK_SECRET, webhook
from scripts.local_aws.process import LocalAws
from scripts.local_aws.slack_click import SIGNING_SECRET, Posted, asking, click
from scripts.patient.storefront import Storefront
from scripts.scenarios import get
from shared.adapters.aws.dynamodb_directory import DynamodbDirectory
from shared.adapters.http.pagerduty_key import key_of
from shared.domain.errors import CommanderError
from shared.domain.person import Identities
from tests.faults.conftest import until
from tests.people_sample import PEOPLE

pytestmark = pytest.mark.local_aws


@pytest.fixture
def street() -> Iterator[tuple[Stage, Storefront]]:
    """The storefront, watched by a stage in which each of its remedies wants approval.

    One for each test: an outage of a minute ago is in the baseline of the next one.
    """
    with LocalAws() as aws:
        storefront = Storefront(aws)
        storefront.create()
        stage = deployed(aws, lambda _line: None)
        stage.watch_over(storefront.catalogue)
        for runbook in ("restore-parameter", "scale-out-service", "restart-service"):
            said = ("level", runbook, "critical", "L2", "--reason", "first days", "--yes")
            assert commander(stage, "policy", *said)[0] == 0
        people(stage)
        with storefront:
            yield stage, storefront


def people(stage: Stage) -> None:
    """Ada is on call: the administrator at the command line, and a member of Slack."""
    arn = stage.client("sts").get_caller_identity()["Arn"]
    identities = Identities(slack="U0ADA", pagerduty="PADA01", aws=(arn,))
    ada = PEOPLE.by_id["ada"].model_copy(update={"identities": identities})
    directory = PEOPLE.model_copy(update={"people": (ada, *PEOPLE.people[1:])})
    DynamodbDirectory(stage.client("dynamodb"), stage.outputs["StateTable"]).save(directory)


def commander(stage: Stage, *words: str, says: str = "") -> tuple[int, str]:
    asked = [*words, "--stage", "LOCAL"]  # `local` would be the detached local AWS
    done = CliRunner(env=stage.aws.environment()).invoke(application(asked), asked, input=says)
    if isinstance(done.exception, CommanderError):
        return 2, str(done.exception)
    return done.exit_code, done.stdout


class Answering(Voice):
    """Answers with a command when the story says that people are asked."""

    def __init__(self, stage: Stage, *words: str) -> None:
        super().__init__(Console(file=io.StringIO()))
        self._stage, self._words = stage, words
        self.answers: list[tuple[int, str]] = []

    def say(self, text: str, style: str = "") -> None:
        if text.startswith("PEOPLE ARE ASKED") and not self.answers:
            command, *rest = self._words
            incident = newest(self._stage)
            self.answers.append(commander(self._stage, command, incident, *rest))
            self.answers.append(commander(self._stage, command, incident, *rest))


def newest(stage: Stage) -> str:
    return max(stage.incident_ids(), key=lambda one: stage.events(one)[0].occurred_at)


class Clicking(Voice):
    """Clicks when the story says that people are asked: forged, genuinely, and once more."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(Console(file=io.StringIO()))
        self._stage = stage
        self.statuses: list[int] = []
        self.pages: list[int] = []
        self.told: list[str] = []

    def say(self, text: str, style: str = "") -> None:
        if text.startswith("PEOPLE ARE ASKED") and not self.statuses:
            message = self._asking()
            self.pages = [self._page("guessed"), self._page(WEBHOOK_SECRET)]
            until(self._acknowledged, "the acknowledgement", 30)
            for secret in ("guessed", SIGNING_SECRET, SIGNING_SECRET):
                self.statuses.append(self._click(message, secret))
                if self.statuses[-1] == 200:
                    least = self.statuses.count(200)
                    self.told = until(partial(whispers, self._stage, least), "an answer in Slack", 30)

    def _asking(self) -> dict[str, Any]:
        """The incident's own message, as soon as it has the buttons."""
        incident = newest(self._stage)
        return dict(until(lambda: asking(recorded(self._stage), incident), "an approval in Slack", 30))

    def _click(self, message: dict[str, Any], secret: str) -> int:
        posted = click(message, "commander_approve", "U0ADA", secret=secret)
        return self._posted(posted, "SlackAnswersUrl")

    def _page(self, secret: str) -> int:
        key = key_of("local", newest(self._stage))
        posted = webhook("incident.acknowledged", key, "PADA01", secrets=(secret,))
        return self._posted(posted, "PagerdutyWebhookUrl")

    def _posted(self, posted: Posted, output: str) -> int:
        return posted.to(self._stage.outputs[output], urlsplit(self._stage.aws.endpoint).port)

    def _acknowledged(self) -> bool:
        return any(one.type == "Acknowledged" for one in self._stage.events(newest(self._stage)))


def recorded(stage: Stage) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{stage.aws.slack_url}/_recorder/messages", timeout=5) as answer:
        return list(json.load(answer))


def whispers(stage: Stage, least: int) -> list[str]:
    """What single people were told in Slack, once there are so many of it."""
    found = [one["text"] for one in recorded(stage) if one["path"] == "/api/chat.postEphemeral"]
    return found if len(found) >= least else []


def played(street: tuple[Stage, Storefront], voice: Voice) -> Run:
    stage, storefront = street
    return perform(get("database_cascade"), stage, storefront, voice)


def test_what_is_approved_is_shown_first_and_done_once(street: tuple[Stage, Storefront]) -> None:
    voice = Answering(street[0], "approve", "--yes")
    run = played(street, voice)
    (code, said), again = voice.answers
    assert code == 0, said
    for part in ("restore-parameter v1", "value: 20 → 200", "may touch", "USD a minute", "approved by ada"):
        assert part in said
    assert again[0] == 2
    assert "nothing waits for approval" in again[1]
    incident = run.incident
    assert incident is not None
    assert incident.status.value == "resolved"
    assert len([one for one in incident.actions if not one.undo]) == 1
    code, said = commander(street[0], "acknowledge", incident.id)
    assert (code, "somebody has acknowledged it already" in said) == (0, True)


def test_a_page_is_acknowledged_a_click_approves_once_and_what_is_forged_changes_nothing(
    street: tuple[Stage, Storefront],
) -> None:
    voice = Clicking(street[0])
    incident = played(street, voice).incident
    assert (voice.pages, voice.statuses) == ([401, 200], [401, 200, 200])
    assert "approved by ada" in voice.told[0]
    assert "you approved it already" in voice.told[1]
    assert incident is not None
    assert incident.status.value == "resolved"
    log = street[0].events(incident.id)
    (seen,) = [one for one in log if one.type == "Acknowledged"]
    assert (seen.recorded_by, seen.data["by"], seen.data["through"]) == ("reception", "ada", "pagerduty")
    granted = [one for one in log if one.type == "ApprovalGranted"]
    assert [(one.recorded_by, one.data["by"]) for one in granted] == [("reception", "ada")]
    assert len([one for one in incident.actions if not one.undo]) == 1
