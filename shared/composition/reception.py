"""Reception on AWS: the desks that the stage has, by path."""

import json
from collections.abc import Callable, Mapping

from shared.adapters.aws.clients import client
from shared.adapters.aws.dynamodb_directory import DynamodbDirectory
from shared.adapters.aws.lambda_later import LambdaLater
from shared.adapters.aws.secretsmanager_secrets import SecretsManagerSecrets
from shared.adapters.http.pagerduty_desk import PagerDutyDesk
from shared.adapters.http.slack_aside import SlackAside
from shared.adapters.http.slack_desk import SlackDesk
from shared.composition import aws
from shared.ports.reception import PAGERDUTY_PATH, SLACK_PATH, Desk, Later
from shared.ports.secrets import KeptSecret
from shared.settings import Setting, read
from shared.workflow.answers import Answers


def answers() -> Answers:
    """What people say, written as this function."""
    directory = DynamodbDirectory(client("dynamodb"), read(Setting.STATE_TABLE))
    return Answers(aws.store(), aws.trust().distrust, directory, aws.CLOCK)


def desks(lost: Callable[[str], None]) -> Mapping[str, Desk]:
    """Slack's, and PagerDuty's where the stage has it; `lost` hears why somebody could not be told."""
    said, slack = answers(), _kept(read(Setting.SLACK_SECRET))
    found: dict[str, Desk] = {SLACK_PATH: SlackDesk(slack, said, aws.CLOCK, SlackAside(slack), lost)}
    if arn := json.loads(read(Setting.CHANNELS)).get("pagerduty"):
        found[PAGERDUTY_PATH] = PagerDutyDesk(_kept(arn), said, read(Setting.STAGE))
    return found


def later() -> Later:
    """This function itself, once more."""
    return LambdaLater(client("lambda"), read(Setting.OWN_NAME))


def _kept(arn: str) -> KeptSecret:
    secrets = SecretsManagerSecrets(client("secretsmanager"))
    return KeptSecret(lambda: secrets.read(arn), aws.CLOCK)
