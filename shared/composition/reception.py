"""Reception on AWS: the desks by path. What a vendor waits for gives up soon."""

from collections.abc import Callable, Mapping

from shared.adapters.aws.clients import client, hasty_client
from shared.adapters.aws.dynamodb_directory import DynamodbDirectory
from shared.adapters.aws.lambda_later import LambdaLater
from shared.adapters.http.pagerduty_desk import PagerDutyDesk
from shared.adapters.http.slack_aside import SlackAside
from shared.adapters.http.slack_desk import SlackDesk
from shared.adapters.http.slack_dialogs import SlackDialogs
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
    """Slack's and PagerDuty's; `lost` hears why somebody could not be told."""
    said, slack = answers(), _kept(Setting.SLACK_SECRET)
    return {
        SLACK_PATH: SlackDesk(slack, said, aws.CLOCK, SlackAside(slack), SlackDialogs(slack), lost),
        PAGERDUTY_PATH: PagerDutyDesk(_kept(Setting.PAGERDUTY_SECRET), said, read(Setting.STAGE)),
    }


def later() -> Later:
    """This function itself, once more."""
    return LambdaLater(hasty_client("lambda"), read(Setting.OWN_NAME))


def _kept(setting: Setting) -> KeptSecret:
    return aws.kept(read(setting), hasty_client)
