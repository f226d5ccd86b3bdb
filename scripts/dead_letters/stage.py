"""The dead letters of a deployed stage, with the caller's own credentials."""

from scripts.commander.reached import Reached
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.aws.lambda_consumers import LambdaConsumers
from shared.adapters.aws.sqs_letterbox import SqsLetterbox
from shared.adapters.aws.stream_records import StreamRecords
from shared.domain.errors import InvalidConfiguration
from shared.workflow.redriving import Redriving

QUEUES = {
    "DeadLettersUrl": "stage",
    "RuleDeadLettersUrl": "rules",
    "ExecutionDeadLettersUrl": "executions",
}
"""Output -> what people call the queue."""
FUNCTION = "Function"


def functions(outputs: dict[str, str]) -> dict[str, str]:
    """Name in the house -> function name."""
    return {
        key.removesuffix(FUNCTION).lower(): value
        for key, value in outputs.items()
        if key.endswith(FUNCTION) and not key.startswith("Exports")
    }


def redriving(reached: Reached) -> Redriving:
    """Its queues and functions.

    Raises:
        InvalidConfiguration: an older version is deployed.
    """
    outputs = reached.outputs
    if not QUEUES.keys() <= outputs.keys():
        raise InvalidConfiguration(
            "this stage does not say where its dead letters are: deploy the stacks again"
        )
    names = functions(outputs)
    return Redriving(
        letterboxes={name: SqsLetterbox(reached.client("sqs"), outputs[key]) for key, name in QUEUES.items()},
        consumers=LambdaConsumers(reached.client("lambda"), names),
        streams=StreamRecords(
            reached.client("kinesis"),
            reached.client("dynamodbstreams"),
            reached.client("dynamodb"),
            outputs["EventsTable"],
            outputs["SignalsStream"],
        ),
        catalogue=DynamodbCatalogue(reached.client("dynamodb"), outputs["StateTable"]),
        houses={function: house for house, function in names.items()},
    )
