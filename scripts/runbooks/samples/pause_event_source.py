"""A queue whose consumer is enabled."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.functions import new_function
from scripts.runbooks.sample import Sample, unique


def make(aws: LocalAws) -> str:
    """The mapping's ARN."""
    sqs = aws.client("sqs")
    queue = sqs.create_queue(QueueName=unique("orders"))["QueueUrl"]
    source = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    made = aws.client("lambda").create_event_source_mapping(
        FunctionName=new_function(aws), EventSourceArn=source
    )
    return str(made["EventSourceMappingArn"])


SAMPLE = Sample(make)
