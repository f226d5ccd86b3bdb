"""The storefront's resources in the account: made, read, and shown for a comparison."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from scripts.local_aws.process import LocalAws
from scripts.patient import edge
from scripts.patient.model import Resources
from scripts.patient.topology import CACHE_TTL, CLUSTER, MAX_CONNECTIONS, catalogue

HEALTHY_PARAMETERS = {
    MAX_CONNECTIONS: str(Resources().max_connections),
    CACHE_TTL: str(Resources().cache_ttl),
}
HEALTHY_TASKS = {"web": Resources().web_tasks, "checkout": Resources().checkout_tasks}
_DESCRIPTIONS = {
    MAX_CONNECTIONS: "Connections that the database accepts",
    CACHE_TTL: "Seconds that the cache keeps an entry",
}


def create(aws: LocalAws) -> str:
    """Make what is missing and put back what differs from the healthy state; safe to repeat.

    Returns the id of the IP set at the edge.
    """
    for name, value in HEALTHY_PARAMETERS.items():
        if parameters(aws).get(name) != value:
            aws.client("ssm").put_parameter(
                Name=name, Value=value, Type="String", Overwrite=True, Description=_DESCRIPTIONS[name]
            )
    logs = aws.client("logs")
    for service in catalogue().services:
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=service.log_group)
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(logGroupName=service.log_group, logStreamName=service.name)
    _create_services(aws)
    return edge.create(aws)


def _create_services(aws: LocalAws) -> None:
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName=CLUSTER)
    there = services(aws)
    for name, count in HEALTHY_TASKS.items():
        if name not in there:
            ecs.create_service(
                cluster=CLUSTER, serviceName=name, taskDefinition=register(aws, name, 1), desiredCount=count
            )
            continue
        first = there[name]["taskDefinition"].rpartition(":")[0] + ":1"
        if (there[name]["taskDefinition"], there[name]["desiredCount"]) != (first, count):
            ecs.update_service(cluster=CLUSTER, service=name, taskDefinition=first, desiredCount=count)


def register(aws: LocalAws, name: str, release: int) -> str:
    """ARN of a new task definition of a service, with the image of a release."""
    container = {"name": name, "image": f"storefront/{name}:{release}", "memory": 128, "essential": True}
    made = aws.client("ecs").register_task_definition(
        family=f"{CLUSTER}-{name}", containerDefinitions=[container]
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


def kill_task(aws: LocalAws, name: str) -> None:
    """End one task of a service as the kernel does that has no memory left for it."""
    ecs = aws.client("ecs")
    running = ecs.list_tasks(cluster=CLUSTER, serviceName=name, desiredStatus="RUNNING")["taskArns"]
    ecs.stop_task(cluster=CLUSTER, task=running[0], reason="OutOfMemoryError: container killed")


def parameters(aws: LocalAws) -> dict[str, str]:
    """Name -> value of the storefront's parameters; a missing one is absent."""
    found = aws.client("ssm").get_parameters(Names=list(HEALTHY_PARAMETERS))
    return {each["Name"]: each["Value"] for each in found["Parameters"]}


def services(aws: LocalAws) -> dict[str, dict[str, Any]]:
    """Each ECS service as AWS describes it; a missing one is absent."""
    found = aws.client("ecs").describe_services(cluster=CLUSTER, services=list(HEALTHY_TASKS))
    return {each["serviceName"]: dict(each) for each in found["services"] if each["status"] == "ACTIVE"}


def read(aws: LocalAws, ip_set: str) -> Resources:
    """What the services would find: their settings, their tasks and release, and who is blocked."""
    values, there = parameters(aws), services(aws)
    running = {name: int(each["runningCount"]) for name, each in there.items()}
    release, age = _deployed(aws, there["checkout"]) if "checkout" in there else (1, 0.0)
    return Resources(
        max_connections=_number(values, MAX_CONNECTIONS),
        cache_ttl=_number(values, CACHE_TTL),
        web_tasks=running.get("web", 0),
        checkout_tasks=running.get("checkout", 0),
        checkout_release=release,
        checkout_age=age,
        blocked=edge.is_blocked(aws, ip_set),
    )


def _deployed(aws: LocalAws, service: Mapping[str, Any]) -> tuple[int, float]:
    """The release that a service runs, and for how many seconds."""
    described = aws.client("ecs").describe_task_definition(taskDefinition=service["taskDefinition"])
    image = described["taskDefinition"]["containerDefinitions"][0]["image"]
    since = next(each["createdAt"] for each in service["deployments"] if each["status"] == "PRIMARY")
    return int(image.rpartition(":")[2]), (datetime.now(UTC) - since).total_seconds()


def state(aws: LocalAws) -> dict[str, str]:
    """Every value that somebody may set: `/storefront/...`, `ecs/<service>/desired` and `.../definition`."""
    found = parameters(aws)
    for name, each in services(aws).items():
        found[f"ecs/{name}/desired"] = str(each["desiredCount"])
        found[f"ecs/{name}/definition"] = each["taskDefinition"]
    return found


def _number(values: Mapping[str, str], name: str) -> int:
    """A service that cannot read its limit accepts nothing."""
    try:
        return max(0, int(values.get(name, "")))
    except ValueError:
        return 0
