"""A group that replaced three of its two instances for their health."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.groups import new_group, sicken
from scripts.runbooks.sample import Sample


def make(aws: LocalAws) -> str:
    """The group's ARN."""
    name, arn = new_group(aws, instances=2)
    for _ in range(3):
        sicken(aws, name)
    return arn


SAMPLE = Sample(make)
