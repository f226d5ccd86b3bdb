"""A service whose two tasks have gathered what they never let go of."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.ecs import running_service
from scripts.runbooks.sample import Sample


def make(aws: LocalAws) -> str:
    """The service's ARN."""
    return running_service(aws, tasks=2)


SAMPLE = Sample(make)
