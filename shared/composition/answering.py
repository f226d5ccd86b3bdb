"""What callers of the dashboard's API say, on AWS: by the rules of every other road."""

from shared.adapters.aws.clients import client
from shared.adapters.aws.dynamodb_controls import DynamodbControls
from shared.composition import aws
from shared.composition.reception import answers
from shared.settings import Setting, read
from shared.workflow.speaking import Speaking
from shared.workflow.writes import Writes


def writes() -> Writes:
    """Of the function that this process is."""
    controls = DynamodbControls(client("dynamodb"), read(Setting.STATE_TABLE), aws.CLOCK)
    return Writes(Speaking(answers()), controls, aws.CLOCK, read(Setting.STAGE))
