"""Give a saturated ECS service half as many tasks again."""

import re

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
from shared.runbooks.catalogue_ecs import NAMES, TARGET, TARGET_ARN, seen
from shared.runbooks.catalogue_limits import busy

MOST = 20
"""Tasks that this runbook will ever ask for."""
PARAMETERS = {
    **NAMES,
    "DesiredCount": Parameter(pattern=r"(?:[1-9]|1[0-9]|20)", description="tasks to run, 1 to 20"),
}

RUNBOOK = Runbook(
    id="scale-out-service",
    version=1,
    family="capacity",
    title="Scale out an ECS service by half",
    resource="ecs_service",
    target_pattern=TARGET,
    target_arn=TARGET_ARN,
    observe=seen(desired="desiredCount", running="runningCount"),
    parameters=PARAMETERS,
    causes=frozenset({Cause.SATURATION}),
    symptoms=frozenset({Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.LIFT_LIMIT,
    relieves=Measure.SATURATION,
    actions=("ecs:UpdateService",),
    document=api_document(
        "Set the desired count of an ECS service.",
        PARAMETERS,
        "ecs",
        "UpdateService",
        {"cluster": "{{ Cluster }}", "service": "{{ Service }}", "desiredCount": "{{ DesiredCount }}"},
        integers={"DesiredCount"},
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="scale-out-service",
    expected_seconds=120,
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """Half as many tasks again, if those there are all run and the ceiling leaves room.

    Telling when the service runs on them and they are at their limit, which is not their memory's.
    """
    match = re.fullmatch(RUNBOOK.target_pattern, subject.target)
    desired, running = subject.state.get("desired"), subject.state.get("running")
    if match is None:
        return Infeasible(reason="the target is not an ECS service")
    if not isinstance(desired, int) or not isinstance(running, int) or desired < 1:
        return Infeasible(reason="it has no tasks to add to")
    if running < desired:
        return Infeasible(reason=f"{running} of {desired} tasks run: more would not start either")
    if desired >= MOST:
        return Infeasible(reason=f"it has {desired} tasks, and {MOST} is the most")
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, DesiredCount=str(wanted(desired))),
        statement=f"all {desired} tasks run, and {MOST} is the most",
        telling=busy(subject, "ecs_service"),
    )


def wanted(desired: int) -> int:
    """Tasks after scaling out: half as many again, rounded up, so at most double and at most 20."""
    return min(desired + (desired + 1) // 2, MOST)


def effect(proposal: Proposal, _before: State) -> dict[str, int]:
    """As many tasks are wanted, and run."""
    count = int(proposal.parameters["DesiredCount"])
    return {"desired": count, "running": count}


def expect(proposal: Proposal, state: State, value: float, baseline: float) -> float:
    """The same work on more tasks, but never less than the measure has in good times."""
    share = int(state["desired"]) / int(proposal.parameters["DesiredCount"])
    return max(value * share, baseline)


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook with the count that was there before."""
    return RUNBOOK.propose(done.service, done.target, DesiredCount=str(before["desired"]))


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("desired",)
)
