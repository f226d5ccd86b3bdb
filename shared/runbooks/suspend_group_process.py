"""Suspend the replacement of unhealthy instances while a bad health check ends good ones in a loop.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
"""

from datetime import timedelta
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
from shared.runbooks.catalogue_groups import ARN, DESIRED, NAME, SUSPENDED, TARGET
from shared.runbooks.catalogue_recent import moment

PROCESS = "ReplaceUnhealthy"
WINDOW = timedelta(minutes=15)
"""Before the incident's start: replacements in it, and later ones, belong to the loop."""
LOOP = 3
"""Replacements at least; and as many as the group has instances: each was replaced once."""
PARAMETERS = {
    "AutoScalingGroupName": Parameter(pattern=NAME, description="the group's name"),
    "Process": Parameter(
        pattern="suspended|running", description="what its process ReplaceUnhealthy shall be"
    ),
}
_INPUTS = {"AutoScalingGroupName": "{{ AutoScalingGroupName }}", "ScalingProcesses": [PROCESS]}

RUNBOOK = Runbook(
    id="suspend-group-process",
    version=1,
    family="configuration",
    title="Suspend the replacement of unhealthy instances in an Auto Scaling group",
    resource="auto_scaling_group",
    target_pattern=TARGET,
    target_arn=ARN,
    observe=(
        DESIRED,
        SUSPENDED,
        Observation(
            name="replacements",
            service="autoscaling",
            api="DescribeScalingActivities",
            arguments={"AutoScalingGroupName": "{AutoScalingGroupName}", "MaxRecords": 100},
            select="Activities[?starts_with(Description, 'Terminating EC2 instance')"
            " && contains(Cause, 'health')].StartTime",
            action="autoscaling:DescribeScalingActivities",
            on="*",
            newest=True,
        ),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.UNHEALTHY_INSTANCE}),
    symptoms=frozenset({Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.REPLACE,
    relieves=Measure.ERRORS,
    actions=("autoscaling:SuspendProcesses", "autoscaling:ResumeProcesses"),
    document=document(
        "Suspend or resume the replacement of unhealthy instances in an Auto Scaling group.",
        PARAMETERS,
        either(
            "Process",
            {
                "suspended": api_step("autoscaling", "SuspendProcesses", _INPUTS),
                "running": api_step("autoscaling", "ResumeProcesses", _INPUTS),
            },
        ),
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="suspend-group-process",
    expected_seconds=10,
    expires_seconds=3_600,  # while it is suspended, what really fails stays in service
    risk="medium",
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """If the group replaced as many instances lately as it has, because of their health."""
    times = [moment(each) for each in subject.state.get("replacements") or ()]
    count = sum(each >= subject.started_at - WINDOW for each in times)
    desired = subject.state.get("desired") or 0
    if PROCESS in (subject.state.get("suspended") or ()):
        return Infeasible(reason="it is suspended already")
    if count < max(LOOP, desired):
        return Infeasible(reason=f"{count} of {desired} instances were replaced lately: that is no loop")
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, Process="suspended"),
        statement=f"{count} instances were replaced for their health lately, and the group has {desired}",
        telling=True,
    )


def effect(proposal: Proposal, before: State) -> dict[str, Any]:
    """The process is suspended, beside what was before; or it is not."""
    others = {*(before["suspended"] or ())} - {PROCESS}
    wanted = {PROCESS} if proposal.parameters["Process"] == "suspended" else set()
    return {"suspended": sorted(others | wanted)}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """Instances that live serve as in good times."""
    return baseline


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook, the process as it was before."""
    was = "suspended" if PROCESS in (before["suspended"] or ()) else "running"
    return RUNBOOK.propose(done.service, done.target, Process=was)


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("suspended",)
)
