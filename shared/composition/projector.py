"""The projector on AWS."""

from shared.adapters.aws.clients import client
from shared.adapters.aws.dynamodb_log_reader import DynamodbLogReader
from shared.adapters.aws.dynamodb_views import DynamodbViews
from shared.composition import aws
from shared.settings import Setting, read
from shared.workflow.projecting import Projecting


def projecting() -> Projecting:
    """Reads the log, checks every MAC, keeps the read model."""
    dynamodb = client("dynamodb")
    return Projecting(
        DynamodbLogReader(dynamodb, read(Setting.EVENTS_TABLE), aws.CLOCK),
        aws.trust().distrust,
        DynamodbViews(dynamodb, read(Setting.VIEWS_TABLE), aws.CLOCK),
        aws.CLOCK,
        aws.catalogue(),
        aws.open_incidents(),
    )
