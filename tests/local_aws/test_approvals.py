"""A deployed stage asks people before it acts, and does what they approved, once."""

import io
from collections.abc import Iterator

import pytest
from rich.console import Console
from typer.testing import CliRunner

from scripts.commander.main import application
from scripts.demo.play import perform
from scripts.demo.report import Run
from scripts.demo.stage import Stage, deployed
from scripts.demo.voice import Voice
from scripts.local_aws.process import LocalAws
from scripts.patient.storefront import Storefront
from scripts.scenarios import get
from shared.domain.errors import CommanderError

pytestmark = pytest.mark.local_aws


@pytest.fixture(scope="module")
def street() -> Iterator[tuple[Stage, Storefront]]:
    """The storefront, watched by a stage in which each of its remedies wants approval."""
    with LocalAws() as aws:
        storefront = Storefront(aws)
        storefront.create()
        stage = deployed(aws, lambda _line: None)
        stage.watch_over(storefront.catalogue)
        for runbook in ("restore-parameter", "scale-out-service", "restart-service"):
            said = ("level", runbook, "critical", "L2", "--reason", "first days", "--yes")
            assert commander(stage, "policy", *said)[0] == 0
        with storefront:
            yield stage, storefront


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
            incident = max(self._stage.incident_ids(), key=lambda one: self._stage.events(one)[0].occurred_at)
            self.answers.append(commander(self._stage, command, incident, *rest))
            self.answers.append(commander(self._stage, command, incident, *rest))


def played(street: tuple[Stage, Storefront], *words: str) -> tuple[Run, Answering]:
    stage, storefront = street
    voice = Answering(stage, *words)
    return perform(get("database_cascade"), stage, storefront, voice), voice


def test_what_is_approved_is_shown_first_and_done_once(street: tuple[Stage, Storefront]) -> None:
    run, voice = played(street, "approve", "--yes")
    (code, said), again = voice.answers
    assert code == 0, said
    for part in ("restore-parameter v1", "value: 20 → 200", "may touch", "USD a minute", "approved by arn:"):
        assert part in said
    assert again[0] == 2
    assert "nothing waits for approval" in again[1]
    incident = run.incident
    assert incident is not None
    assert incident.status.value == "resolved"
    assert len([one for one in incident.actions if not one.undo]) == 1
