"""Terminate the one unhealthy instance of an Auto Scaling group, which then starts another in its place.

The group looks at its load balancer's health checks only if it is told to, so both are looked at here. The
API has no dry run (EC2's own TerminateInstances has, but knows nothing of the group).
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html
"""

from typing import Any

from shared.domain.mechanism import Approach, Cause, Symptom
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
    CHANGED,
    Feasible,
    Infeasible,
    Observation,
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
from shared.runbooks.catalogue_limits import runs_on

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
        seen("ids", "sort(Instances[].InstanceId)"),
        seen(
            "instances",
            "Instances[?LifecycleState=='InService']"
            ".{id: InstanceId, health: HealthStatus, protected: ProtectedFromScaleIn}",
        ),
        seen("behind", "TargetGroupARNs | [0]"),
        Observation(
            name="failing",
            service="elbv2",
            api="DescribeTargetHealth",
            arguments={"TargetGroupArn": "{behind}"},
            select="TargetHealthDescriptions[?TargetHealth.State=='unhealthy'].Target.Id",
            action="elasticloadbalancing:DescribeTargetHealth",
            on="*",
        ),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.UNHEALTHY_INSTANCE, Cause.MEMORY_LEAK}),
    symptoms=frozenset({Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.REPLACE,
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
    """The group's only unhealthy instance, if others are healthy and a new one would start.

    Telling when the service runs on the group's instances, not on something beside them.
    """
    failing, instances = subject.state.get("failing") or (), subject.state.get("instances") or []
    unhealthy = [each for each in instances if each["health"] != "Healthy" or each["id"] in failing]
    others = len(instances) - len(unhealthy)
    if reason := _obstacle(subject.state, unhealthy, others):
        return Infeasible(reason=reason)
    (sick,) = unhealthy
    said = "fails its load balancer's checks" if sick["id"] in failing else f"is {sick['health']}"
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, InstanceId=sick["id"]),
        statement=f"{sick['id']} {said}, {others} of {subject.state['desired']} instances are healthy",
        telling=runs_on(subject, "auto_scaling_group"),
    )


def _obstacle(state: State, unhealthy: list[dict[str, Any]], others: int) -> str:
    if not unhealthy:
        return "no instance in service is unhealthy"
    if len(unhealthy) > 1:
        return f"{len(unhealthy)} instances are unhealthy: they have a cause in common"
    if not others:
        return "it is the last instance"
    if unhealthy[0]["protected"]:
        return f"{unhealthy[0]['id']} is protected: somebody wants to keep it"
    return suspended(state, "Launch", "Terminate")


def effect(_proposal: Proposal, before: State) -> dict[str, Any]:
    """Another instance is in its place, and all that are wanted are healthy."""
    return {"ids": CHANGED, "healthy": before["desired"]}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """Without the unhealthy instance the service is as it was in good times."""
    return baseline


def undo(_done: Proposal, _before: State) -> None:
    """Nothing is configured differently."""


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("desired",)
)
