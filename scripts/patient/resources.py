"""The storefront's resources in the account: made, read, and shown for a comparison."""

from collections.abc import Mapping
from contextlib import suppress

from scripts.local_aws.process import LocalAws
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


def create(aws: LocalAws) -> None:
    """Make what is missing and put back what differs from the healthy state; safe to repeat."""
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


def _create_services(aws: LocalAws) -> None:
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName=CLUSTER)
    there = desired(aws)
    for name, count in HEALTHY_TASKS.items():
        if name not in there:
            container = {"name": name, "image": f"storefront/{name}:1", "memory": 128, "essential": True}
            family = ecs.register_task_definition(
                family=f"{CLUSTER}-{name}", containerDefinitions=[container]
            )
            ecs.create_service(
                cluster=CLUSTER,
                serviceName=name,
                taskDefinition=family["taskDefinition"]["taskDefinitionArn"],
                desiredCount=count,
            )
        elif there[name] != count:
            ecs.update_service(cluster=CLUSTER, service=name, desiredCount=count)


def parameters(aws: LocalAws) -> dict[str, str]:
    """Name -> value of the storefront's parameters; a missing one is absent."""
    found = aws.client("ssm").get_parameters(Names=list(HEALTHY_PARAMETERS))
    return {each["Name"]: each["Value"] for each in found["Parameters"]}


def desired(aws: LocalAws) -> dict[str, int]:
    """Service -> desired count; a missing service is absent."""
    return _counts(aws, "desiredCount")


def read(aws: LocalAws) -> Resources:
    """What the services would find: their settings, and how many tasks run."""
    values, running = parameters(aws), _counts(aws, "runningCount")
    return Resources(
        max_connections=_number(values, MAX_CONNECTIONS),
        cache_ttl=_number(values, CACHE_TTL),
        web_tasks=running.get("web", 0),
        checkout_tasks=running.get("checkout", 0),
    )


def state(aws: LocalAws) -> dict[str, str]:
    """Every value that somebody may set, by name: `/storefront/...` and `ecs/<service>/desired`."""
    counts = {f"ecs/{name}/desired": str(count) for name, count in desired(aws).items()}
    return {**parameters(aws), **counts}


def _counts(aws: LocalAws, field: str) -> dict[str, int]:
    found = aws.client("ecs").describe_services(cluster=CLUSTER, services=list(HEALTHY_TASKS))
    return {each["serviceName"]: int(each[field]) for each in found["services"] if each["status"] == "ACTIVE"}


def _number(values: Mapping[str, str], name: str) -> int:
    """A service that cannot read its limit accepts nothing."""
    try:
        return max(0, int(values.get(name, "")))
    except ValueError:
        return 0
