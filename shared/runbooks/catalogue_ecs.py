"""What runbooks on an ECS service share: its names, what is seen of it, and whether it can be deployed."""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import JsonValue

from shared.domain.runbook import Observation, Parameter, State
from shared.runbooks.catalogue_observations import looks

NAME = r"[A-Za-z0-9_-]{1,255}"
TARGET = rf"arn:aws:ecs:[a-z0-9-]+:[0-9]{{12}}:service/(?P<Cluster>{NAME})/(?P<Service>{NAME})"
TARGET_ARN = "arn:aws:ecs:{region}:{account}:service/*/*"
NAMES: Mapping[str, Parameter] = MappingProxyType(
    {
        "Cluster": Parameter(pattern=NAME, description="the cluster's name"),
        "Service": Parameter(pattern=NAME, description="the service's name"),
    }
)


def seen(**fields: str) -> tuple[Observation, ...]:
    """Observations by their names, each a JMESPath over the service; all of them cost one call."""
    selects = {name: f"services[0].{field}" for name, field in fields.items()}
    arguments: dict[str, JsonValue] = {"cluster": "{Cluster}", "services": ["{Service}"]}
    return looks("ecs", "DescribeServices", arguments, selects)


DEPLOYABLE = seen(
    desired="desiredCount",
    running="runningCount",
    controller="deploymentController.type",
    least="deploymentConfiguration.minimumHealthyPercent",
    most="deploymentConfiguration.maximumPercent",
    rollout="deployments[?status=='PRIMARY'].rolloutState | [0]",
)


def undeployable(state: State) -> str:
    """Why a rolling deployment cannot replace its tasks without stopping all of them; empty if it can.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
    """
    desired = state.get("desired")
    least, most = (default if state.get(name) is None else int(state[name]) for name, default in DEFAULTS)
    if not isinstance(desired, int) or desired < 1:
        return "it has no tasks"
    if (state.get("controller") or "ECS") != "ECS":
        return f"its deployments are {state['controller']}'s"
    stay, fit = -(-desired * least // 100), desired * most // 100
    if stay < 1:
        return f"at {least}% healthy, a deployment may stop all of its {desired} tasks"
    if fit <= stay:
        return f"{stay} tasks must stay and {fit} fit: no deployment could proceed"
    return ""


DEFAULTS = (("least", 100), ("most", 200))
"""Per cent, for a service that names none."""
