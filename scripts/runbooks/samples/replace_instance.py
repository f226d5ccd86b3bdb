"""A group whose third instance is unhealthy, and which does not replace it by itself."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.groups import new_group, sicken
from scripts.runbooks.sample import Sample


def make(aws: LocalAws) -> str:
    """The group's ARN."""
    name, arn = new_group(aws, instances=3)
    aws.client("autoscaling").suspend_processes(
        AutoScalingGroupName=name, ScalingProcesses=["ReplaceUnhealthy"]
    )
    sicken(aws, name)
    return arn


SAMPLE = Sample(make)
