"""A group of two healthy instances that may have four."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.groups import new_group
from scripts.runbooks.sample import Sample


def make(aws: LocalAws) -> str:
    """The group's ARN."""
    return new_group(aws, instances=2)[1]


SAMPLE = Sample(make)
