"""An ECS service in the local AWS, for the samples that need one."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import eventually, unique


def running_service(aws: LocalAws, tasks: int) -> str:
    """ARN of a new service in a cluster of its own, once all its tasks run."""
    ecs, cluster, name = aws.client("ecs"), unique("cluster"), unique("api")
    ecs.create_cluster(clusterName=cluster)
    ecs.register_task_definition(family=name, containerDefinitions=[{"name": "api", "image": "api"}])
    made = ecs.create_service(cluster=cluster, serviceName=name, taskDefinition=name, desiredCount=tasks)

    def run() -> bool:
        (service,) = ecs.describe_services(cluster=cluster, services=[name])["services"]
        return bool(service["runningCount"] == tasks)

    if not eventually(run):
        raise TimeoutError(f"the tasks of {name} do not run")
    return str(made["service"]["serviceArn"])
