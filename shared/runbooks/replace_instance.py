"""Terminate the one unhealthy instance of an Auto Scaling group, which then starts another in its place.

The API has no dry run (EC2's own TerminateInstances has, but knows nothing of the group).
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html
"""

from typing import Any

from shared.domain.proposal import Proposal
from shared.domain.runbook import (
    CHANGED,
    Feasible,
    Infeasible,
    Parameter,
    Remedy,
    Reversibility,
    Runbook,
    State,
    Subject,
)
from shared.domain.service import Measure
from shared.runbooks.catalogue_documents import api_document
from shared.runbooks.catalogue_groups import ARN, DESIRED, HEALTHY, SUSPENDED, TARGET, seen, suspended

PARAMETERS = {"InstanceId": Parameter(pattern=r"i-[0-9a-f]{8,17}", description="the unhealthy instance")}

RUNBOOK = Runbook(
    id="replace-instance",
    version=1,
    family="restart",
    title="Replace the unhealthy instance of an Auto Scaling group",
    resource="auto_scaling_group",
    target_pattern=TARGET,
    target_arn=ARN,
    observe=(
        DESIRED,
        HEALTHY,
        SUSPENDED,
        seen("instances", "sort(Instances[].InstanceId)"),
        seen(
            "unhealthy",
            "Instances[?LifecycleState=='InService' && HealthStatus!='Healthy']"
            ".{id: InstanceId, health: HealthStatus, protected: ProtectedFromScaleIn}",
        ),
    ),
    parameters=PARAMETERS,
    causes=frozenset({"unhealthy_instance", "memory_leak"}),
    symptoms=frozenset({"resource_exhaustion", "latency", "errors"}),
    relieves=Measure.ERRORS,
    actions=("autoscaling:TerminateInstanceInAutoScalingGroup",),
    document=api_document(
        "Terminate one instance of its Auto Scaling group and keep the group's size.",
        PARAMETERS,
        "autoscaling",
        "TerminateInstanceInAutoScalingGroup",
        {"InstanceId": "{{ InstanceId }}", "ShouldDecrementDesiredCapacity": False},
    ),
    reversibility=Reversibility.TRANSIENT,
    touches_data=True,  # what only its own disks hold is gone
    inverse=None,
    expected_seconds=300,
    risk="medium",
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """The group's only unhealthy instance, if others are healthy and a new one would start."""
    unhealthy = subject.state.get("unhealthy") or []
    if reason := _obstacle(subject.state, unhealthy):
        return Infeasible(reason=reason)
    (instance,) = unhealthy
    healthy, desired = subject.state["healthy"], subject.state["desired"]
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, InstanceId=instance["id"]),
        statement=f"{instance['id']} is {instance['health']}, the other {healthy} of {desired} are healthy",
        telling=True,
    )


def _obstacle(state: State, unhealthy: list[dict[str, Any]]) -> str:
    if not unhealthy:
        return "no instance in service is unhealthy"
    if len(unhealthy) > 1:
        return f"{len(unhealthy)} instances are unhealthy: they have a cause in common"
    if not state.get("healthy"):
        return "it is the last instance"
    if unhealthy[0]["protected"]:
        return f"{unhealthy[0]['id']} is protected: somebody wants to keep it"
    return suspended(state, "Launch", "Terminate")


def effect(_proposal: Proposal, before: State) -> dict[str, Any]:
    """Another instance is in its place, and healthy."""
    return {"instances": CHANGED, "unhealthy": [], "healthy": int(before["healthy"]) + 1}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """Without the unhealthy instance the service is as it was in good times."""
    return baseline


def undo(_done: Proposal, _before: State) -> None:
    """Nothing is configured differently."""


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("desired",)
)
