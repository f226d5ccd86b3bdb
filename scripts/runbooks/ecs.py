"""An ECS service in the local AWS, for the samples that need one."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import eventually, unique


def running_service(aws: LocalAws, tasks: int) -> str:
    """ARN of a new service in a cluster of its own, once all its tasks run."""
    ecs, cluster, name = aws.client("ecs"), unique("cluster"), unique("api")
    ecs.create_cluster(clusterName=cluster)
    definition = new_definition(aws, name)
    made = ecs.create_service(
        cluster=cluster, serviceName=name, taskDefinition=definition, desiredCount=tasks
    )
    settled(aws, cluster, name)
    return str(made["service"]["serviceArn"])


def new_definition(aws: LocalAws, family: str) -> str:
    """ARN of the family's next task definition."""
    made = aws.client("ecs").register_task_definition(
        family=family, containerDefinitions=[{"name": "api", "image": "api"}]
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


def settled(aws: LocalAws, cluster: str, name: str) -> None:
    """Wait until the service's one deployment is complete, with all its tasks.

    Raises:
        TimeoutError: it does not come to that.
    """

    def look() -> bool:
        (service,) = aws.client("ecs").describe_services(cluster=cluster, services=[name])["services"]
        (first, *others) = service["deployments"]
        return bool(
            not others
            and first["rolloutState"] == "COMPLETED"
            and service["runningCount"] == service["desiredCount"]
        )

    if not eventually(look):
        raise TimeoutError(f"{name} does not settle")
