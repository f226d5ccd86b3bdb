"""A function that may run twenty times at once."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.functions import new_function
from scripts.runbooks.sample import Sample


def make(aws: LocalAws) -> str:
    """The function's ARN."""
    arn = new_function(aws)
    aws.client("lambda").put_function_concurrency(FunctionName=arn, ReservedConcurrentExecutions=20)
    return arn


SAMPLE = Sample(make)
