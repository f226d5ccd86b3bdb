"""A dead-letter queue."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.components.acknowledged import acknowledge


def dead_letter_queue(scope: Construct, id_: str) -> sqs.Queue:
    """An encrypted queue that keeps what failed for 14 days."""
    queue = sqs.Queue(
        scope,
        id_,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
    )
    acknowledge(queue, "SQS3", "it is a dead-letter queue itself")
    return queue
