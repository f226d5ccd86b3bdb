"""What people were sent in a demo, as it arrived: `python -m scripts.messages` writes docs/messages.md.

It plays database_cascade in a local AWS where that remedy wants approval (L2), which Ada gives by a click in
Slack, and writes docs/review.md too.
"""

import io
import json
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from scripts.commander.reached import Reached
from scripts.commander.review import of_stage
from scripts.demo.play import perform
from scripts.demo.stage import Stage, deployed
from scripts.demo.voice import Voice
from scripts.local_aws.process import LocalAws
from scripts.local_aws.slack_click import asking, buttons, click
from scripts.patient.storefront import Storefront
from scripts.runbooks.sample import eventually
from scripts.scenarios import get
from scripts.synth import REPOSITORY
from scripts.terminal import Console
from shared.adapters.aws.dynamodb_controls import DynamodbControls
from shared.adapters.local.system_clock import SystemClock
from shared.domain.autonomy import Autonomy, LevelChange
from shared.domain.service import Tier

DOCS = REPOSITORY / "docs"
ADA = "U0ADA"
Json = Mapping[str, Any]


def fetched(url: str) -> Any:
    """What a recorder of this machine has."""
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


class Clicking(Voice):
    """Clicks on Approve when the story says that people are asked, as soon as Slack shows it."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(Console(file=io.StringIO()))
        self._stage = stage
        self.asked: Json = {}

    def say(self, text: str, style: str = "") -> None:
        """Hear the story."""
        if text.startswith("PEOPLE ARE ASKED") and not self.asked:
            url = f"{self._stage.aws.slack_url}/_recorder/messages"
            self.asked = eventually(lambda: asking(fetched(url)) or {}, seconds=30)
            port = urlsplit(self._stage.aws.endpoint).port
            click(self.asked, "commander_approve", ADA).to(self._stage.outputs["SlackAnswersUrl"], port)


def wanting_approval(stage: Stage) -> None:
    """Make the remedy of the scenario one that a person must approve."""
    controls = DynamodbControls(stage.client("dynamodb"), stage.outputs["StateTable"], SystemClock())
    for runbook in ("restore-parameter", "scale-out-service", "restart-service"):
        controls.set_level(
            LevelChange(
                runbook=runbook,
                tier=Tier.CRITICAL,
                level=Autonomy.APPROVE,
                reason="to be seen in docs/messages.md",
                by="docs",
                at=datetime.now(UTC),
            )
        )


def slack(message: Json) -> Iterator[str]:
    """A message's blocks as text, with its buttons in brackets."""
    for block in message["blocks"]:
        if block["type"] in ("header", "section"):
            yield from block["text"]["text"].splitlines()
        elif block["type"] == "context":
            yield from (one["text"] for one in block["elements"])
        yield ""
    if found := buttons(message["blocks"]):
        yield "  ".join(f"[ {one['text']['text']} ]" for one in found)


def page(messages: list[dict[str, Any]], pages: list[Json], mails: list[Json], asked: Json) -> Iterator[str]:
    """The Markdown, a section a channel."""
    own = [one for one in messages if not one.get("thread_ts") and one["path"] != "/api/chat.postEphemeral"]
    yield "# What people were sent\n"
    yield "By `python -m scripts.messages`: a `database_cascade` whose remedy wanted approval, as it arrived."
    yield "\n## Slack: the incident's message, when approval was asked\n"
    yield from fenced(slack(asked))
    yield "\n*Approve* asks once more, with exactly what it does:\n"
    confirm = next(one for one in buttons(asked["blocks"]) if one["action_id"] == "commander_approve")[
        "confirm"
    ]
    yield from fenced((confirm["title"]["text"], "", confirm["text"]["text"]))
    yield "\nAda clicked, and only she saw:\n"
    yield from fenced(one["text"] for one in messages if one["path"] == "/api/chat.postEphemeral")
    yield "\n## Slack: the same message at the end\n"
    yield from fenced(slack(own[-1]))
    yield "\n## Slack: its thread\n"
    yield from fenced(one["text"] for one in messages if one.get("thread_ts"))
    yield "\n## PagerDuty: the first event, and what followed\n"
    yield from fenced(
        [json.dumps({**pages[0]["body"], "routing_key": "…"}, indent=2, ensure_ascii=False)], "json"
    )
    yield ""
    yield from fenced(f"{one['body']['event_action']}  {one['body']['dedup_key']}" for one in pages[1:])
    yield "\n## Email: to a director, the first\n"
    mail = next(one for one in mails if one["To"] == ["di@example.org"])
    yield from fenced((f"From: {mail['Source']}", f"Subject: {mail['Subject']}", "", mail["BodyText"]))
    yield "\nThe incident's review is in [review.md](review.md)."


def fenced(lines: Any, language: str = "text") -> Iterator[str]:
    """A code block."""
    yield f"```{language}"
    yield from lines
    yield "```"


def main() -> None:
    """Play it, and write both files."""
    with LocalAws(on_progress=print) as aws:
        storefront = Storefront(aws)
        storefront.create()
        stage = deployed(aws, print)
        stage.watch_over(storefront.catalogue)
        wanting_approval(stage)
        voice = Clicking(stage)
        with storefront:
            run = perform(get("database_cascade"), stage, storefront, voice)
        if run.incident is None or run.incident.status.value != "resolved":
            raise SystemExit("the scenario did not end as resolved; see `commander demo`")
        (mails,) = fetched(f"{aws.endpoint}/_ministack/ses/messages")["messages"].values()
        recorder = f"{aws.slack_url}/_recorder"
        text = page(fetched(f"{recorder}/messages"), fetched(f"{recorder}/others"), mails, voice.asked)
        (DOCS / "messages.md").write_text("\n".join(text) + "\n", encoding="utf-8")
        review = of_stage(Reached(stage.client, stage.outputs), run.incident.id)
        (DOCS / "review.md").write_text(review, encoding="utf-8")


if __name__ == "__main__":
    main()
