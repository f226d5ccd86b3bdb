"""A dead-letter queue with three messages of a queue whose consumer has caught up."""

import json

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import Sample, unique


def make(aws: LocalAws) -> str:
    """The dead-letter queue's ARN."""
    sqs, name = aws.client("sqs"), unique("orders")
    letters = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=letters, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "3"})
    sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": redrive})
    for order in range(3):
        sqs.send_message(QueueUrl=letters, MessageBody=json.dumps({"order": order}))
    return str(arn)


SAMPLE = Sample(make)
