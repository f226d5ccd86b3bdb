"""A service to which a new task definition has just been deployed."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.ecs import new_definition, running_service, settled
from scripts.runbooks.sample import Sample


def make(aws: LocalAws) -> str:
    """The service's ARN."""
    arn = running_service(aws, tasks=2)
    _, cluster, name = arn.split("/")
    aws.client("ecs").update_service(cluster=cluster, service=name, taskDefinition=new_definition(aws, name))
    settled(aws, cluster, name)
    return arn


SAMPLE = Sample(make)
