"""The `local` stage, deployed: what a demo, an evaluation or a test needs to know of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scripts.demo.people import ROUTING_KEY, move_in
from scripts.local_aws.deploy import deploy
from scripts.local_aws.pagerduty_webhook import WEBHOOK_SECRET
from scripts.local_aws.process import SLACK_TOKEN, LocalAws
from scripts.local_aws.slack_click import SIGNING_SECRET, TEAM
from scripts.log import read_log
from scripts.synth import REPOSITORY, synth
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.domain.dismissals import is_day
from shared.domain.events import Event
from shared.domain.service import ServiceCatalogue

Progress = Callable[[str], None]
SHORTENED = "In brackets what `dev` has; nothing else differs."
SLACK_CHANNEL = "C0INCIDENTS"


@dataclass(frozen=True)
class Stage:
    """A deployed stage; `outputs` are those of all its stacks."""

    aws: LocalAws
    outputs: dict[str, str]

    def client(self, service: str) -> Any:
        """The administrator's client."""
        return self.aws.client(service)

    def watch_over(self, catalogue: ServiceCatalogue) -> None:
        """Make these services the catalogue."""
        DynamodbCatalogue(self.client("dynamodb"), self.outputs["StateTable"]).save(catalogue)

    def incident_ids(self) -> tuple[str, ...]:
        """Every incident that has a log; a day of dismissed alarms is none."""
        pages = (
            self.client("dynamodb")
            .get_paginator("scan")
            .paginate(
                TableName=self.outputs["EventsTable"],
                FilterExpression="sk = :head",
                ExpressionAttributeValues={":head": {"S": "HEAD"}},
            )
        )
        ids = (item["pk"]["S"].removeprefix("INCIDENT#") for page in pages for item in page["Items"])
        return tuple(one for one in ids if not is_day(one))

    def events(self, incident_id: str) -> tuple[Event, ...]:
        """The incident's log."""
        return read_log(self.client("dynamodb"), self.outputs["EventsTable"], incident_id)

    def has_dismissed(self, since: datetime) -> bool:
        """Whether detection has looked at an alarm since then, and found nothing that can be felt."""
        name = self.outputs["DetectionFunction"]
        settings = self.client("lambda").get_function_configuration(FunctionName=name)
        found = self.client("logs").filter_log_events(
            logGroupName=settings["LoggingConfig"]["LogGroup"],
            startTime=int(since.timestamp() * 1000),
            filterPattern='{ $.outcome = "dismissed" && $.kind = "alarm" }',
        )
        return bool(found["events"])

    def dead_letters(self) -> tuple[dict[str, Any], ...]:
        """What could not be processed, with the reasons; they stay in the queue."""
        answer = self.client("sqs").receive_message(
            QueueUrl=self.outputs["DeadLettersUrl"], MaxNumberOfMessages=10, VisibilityTimeout=1
        )
        return tuple(json.loads(message["Body"]) for message in answer.get("Messages", []))


def deployed(aws: LocalAws, on_progress: Progress) -> Stage:
    """Synthesise (when something changed) and deploy the `local` stage; give it its channels and people."""
    assembly = synth("local", on_progress)
    outputs: dict[str, str] = {}
    for values in deploy(assembly, aws, on_progress).values():
        outputs |= values
    said = {"token": SLACK_TOKEN, "channel": SLACK_CHANNEL, "api_url": f"{aws.slack_url}/api/"}
    secret = {**said, "signing_secret": SIGNING_SECRET, "team": TEAM}
    pager = {"routing_key": ROUTING_KEY, "api_url": f"{aws.slack_url}/v2/enqueue"}
    aws.client("secretsmanager").put_secret_value(
        SecretId=outputs["PagerdutySecret"],
        SecretString=json.dumps({**pager, "webhook_secret": WEBHOOK_SECRET}),
    )
    aws.client("secretsmanager").put_secret_value(
        SecretId=outputs["SlackSecret"], SecretString=json.dumps(secret)
    )
    move_in(aws, outputs["StateTable"])
    return Stage(aws, outputs)


def shortened() -> str:
    """What the `local` stage has instead of `dev`'s, from cdk.json."""
    stages = json.loads((REPOSITORY / "cdk.json").read_text(encoding="utf-8"))["context"]["stages"]
    local, dev = stages["local"], stages["dev"]
    return ", ".join(
        f"{name} {_shown(local[name])} ({_shown(dev.get(name, False))})"
        for name in local
        if local[name] != dev.get(name)
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if not isinstance(value, dict):
        return str(value)
    nested = any(isinstance(one, dict) for one in value.values())
    return "/".join(str(one) for one in (value if nested else value.values()))
