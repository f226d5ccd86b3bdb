"""Take the one unhealthy target out of a load balancer's target group.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html
"""

from typing import Any

from shared.domain.mechanism import Approach, Cause, Symptom
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
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
from shared.runbooks.catalogue_documents import api_step, document, either

GROUP = r"arn:aws:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:targetgroup/[A-Za-z0-9-]{1,32}/[0-9a-z]{16}"
PARAMETERS = {
    "TargetGroupArn": Parameter(pattern=GROUP, description="the target group"),
    "Target": Parameter(
        pattern=r"i-[0-9a-f]{8,17}|(?:[0-9]{1,3}\.){3}[0-9]{1,3}", description="an instance or IPv4 address"
    ),
    "Port": Parameter(pattern=r"[1-9][0-9]{0,4}", description="the port that it is registered with"),
    "State": Parameter(pattern="drained|registered", description="whether it shall be in the group"),
}
_INPUTS = {
    "TargetGroupArn": "{{ TargetGroupArn }}",
    "Targets": [{"Id": "{{ Target }}", "Port": "{{ Port }}"}],
}


def _seen(name: str, select: str) -> Observation:
    return Observation(
        name=name,
        service="elbv2",
        api="DescribeTargetHealth",
        arguments={"TargetGroupArn": "{TargetGroupArn}"},
        select=select,
        action="elasticloadbalancing:DescribeTargetHealth",
        on="*",  # AWS authorises it on nothing narrower
    )


RUNBOOK = Runbook(
    id="drain-target",
    version=1,
    family="restart",
    title="Take the unhealthy target out of a target group",
    resource="target_group",
    target_pattern=f"(?P<TargetGroupArn>{GROUP})",
    target_arn="arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/*/*",
    observe=(
        _seen(
            "registered",
            "sort(TargetHealthDescriptions[?TargetHealth.State!='draining']"
            ".join(':', [Target.Id, to_string(Target.Port)]))",
        ),
        _seen("healthy", "length(TargetHealthDescriptions[?TargetHealth.State=='healthy'])"),
        _seen(
            "unhealthy",
            "TargetHealthDescriptions[?TargetHealth.State=='unhealthy']"
            ".{id: Target.Id, port: Target.Port, zone: Target.AvailabilityZone, why: TargetHealth.Reason}",
        ),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.UNHEALTHY_INSTANCE}),
    symptoms=frozenset({Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.REPLACE,
    relieves=Measure.ERRORS,
    actions=("elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"),
    document=document(
        "Take a target out of a target group, or put it back.",
        PARAMETERS,
        either(
            "State",
            {
                "drained": api_step("elbv2", "DeregisterTargets", _INPUTS),
                "registered": api_step("elbv2", "RegisterTargets", _INPUTS),
            },
        ),
        integers={"Port"},
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="drain-target",
    expected_seconds=30,
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """The group's only unhealthy target, if healthy ones are left."""
    unhealthy, healthy = subject.state.get("unhealthy") or [], subject.state.get("healthy") or 0
    if not unhealthy:
        return Infeasible(reason="no target is unhealthy")
    if len(unhealthy) > 1:
        return Infeasible(reason=f"{len(unhealthy)} targets are unhealthy: they have a cause in common")
    if not healthy:
        return Infeasible(reason="no healthy target would be left")
    (target,) = unhealthy
    if target["zone"] == "all":
        return Infeasible(reason="it is outside of the VPC, and would not be registered again like that")
    return Feasible(
        proposal=_proposal(
            subject.service.name, subject.target, target["id"], str(target["port"]), "drained"
        ),
        statement=f"{target['id']} is unhealthy ({target['why']}), {healthy} are healthy",
        telling=True,
    )


def effect(proposal: Proposal, before: State) -> dict[str, Any]:
    """The target is in the group no more; or it is again."""
    one = "{Target}:{Port}".format_map(proposal.parameters)
    wanted = {one} if proposal.parameters["State"] == "registered" else set()
    return {"registered": sorted({*before["registered"]} - {one} | wanted)}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """The healthy targets serve as in good times."""
    return baseline


def undo(done: Proposal, _before: State) -> Proposal:
    """The same runbook, which registers the target again."""
    given = done.parameters
    return _proposal(done.service, done.target, given["Target"], given["Port"], "registered")


def _proposal(service: str, group: str, target: str, port: str, state: str) -> Proposal:
    return RUNBOOK.propose(service, group, Target=target, Port=port, State=state)


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("registered",)
)
