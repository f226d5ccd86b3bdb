"""Give a saturated Auto Scaling group half as many instances again, within the group's own maximum."""

from shared.domain.mechanism import Approach, Cause, Symptom
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
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
from shared.runbooks.catalogue_groups import ARN, DESIRED, HEALTHY, NAME, SUSPENDED, TARGET, seen, suspended
from shared.runbooks.catalogue_limits import busy

MOST = 20
"""Instances that this runbook will ever ask for."""
PARAMETERS = {
    "AutoScalingGroupName": Parameter(pattern=NAME, description="the group's name"),
    "DesiredCapacity": Parameter(pattern=r"(?:[1-9]|1[0-9]|20)", description="instances to run, 1 to 20"),
}

RUNBOOK = Runbook(
    id="scale-out-group",
    version=1,
    family="capacity",
    title="Scale out an Auto Scaling group by half",
    resource="auto_scaling_group",
    target_pattern=TARGET,
    target_arn=ARN,
    observe=(DESIRED, HEALTHY, SUSPENDED, seen("largest", "MaxSize")),
    parameters=PARAMETERS,
    causes=frozenset({Cause.SATURATION}),
    symptoms=frozenset({Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS, Symptom.TRAFFIC_SURGE}),
    approach=Approach.LIFT_LIMIT,
    relieves=Measure.SATURATION,
    actions=("autoscaling:SetDesiredCapacity",),
    document=api_document(
        "Set the desired capacity of an Auto Scaling group.",
        PARAMETERS,
        "autoscaling",
        "SetDesiredCapacity",
        {
            "AutoScalingGroupName": "{{ AutoScalingGroupName }}",
            "DesiredCapacity": "{{ DesiredCapacity }}",
            "HonorCooldown": False,
        },
        integers={"DesiredCapacity"},
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="scale-out-group",
    expected_seconds=300,
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """Half as many instances again, if those there are all healthy and both maxima leave room.

    Telling when the service runs on them and they are at their limit, which is not their memory's.
    """
    desired, healthy = subject.state.get("desired"), subject.state.get("healthy")
    if not isinstance(desired, int) or not isinstance(healthy, int) or desired < 1:
        return Infeasible(reason="it has no instances to add to")
    if healthy < desired:
        return Infeasible(reason=f"{healthy} of {desired} instances are healthy: more would not be either")
    if reason := suspended(subject.state, "Launch"):
        return Infeasible(reason=reason)
    most = min(int(subject.state["largest"]), MOST)
    if desired >= most:
        return Infeasible(reason=f"it has {desired} instances, and {most} is the most")
    count = min(desired + (desired + 1) // 2, most)
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, DesiredCapacity=str(count)),
        statement=f"all {desired} instances are healthy, and {most} is the most",
        telling=busy(subject, "auto_scaling_group"),
    )


def effect(proposal: Proposal, _before: State) -> dict[str, int]:
    """As many instances are wanted, and healthy."""
    count = int(proposal.parameters["DesiredCapacity"])
    return {"desired": count, "healthy": count}


def expect(proposal: Proposal, state: State, value: float, baseline: float) -> float:
    """The same work on more instances, but never less than the measure has in good times."""
    return max(value * int(state["desired"]) / int(proposal.parameters["DesiredCapacity"]), baseline)


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook with the capacity that was there before."""
    return RUNBOOK.propose(done.service, done.target, DesiredCapacity=str(before["desired"]))


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("desired",)
)
