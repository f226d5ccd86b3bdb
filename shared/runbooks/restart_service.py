"""Replace the tasks of an ECS service by new ones of the same definition."""

import re
from typing import Any

from shared.domain.mechanism import Approach, Cause, Sign, Symptom
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
    CHANGED,
    Feasible,
    Infeasible,
    Remedy,
    Reversibility,
    Runbook,
    State,
    Subject,
)
from shared.domain.service import Measure
from shared.runbooks.catalogue_documents import api_document
from shared.runbooks.catalogue_ecs import DEPLOYABLE, NAMES, TARGET, TARGET_ARN, seen, undeployable
from shared.runbooks.catalogue_observations import looks
from shared.runbooks.catalogue_recent import recent

RUNBOOK = Runbook(
    id="restart-service",
    version=1,
    family="restart",
    title="Restart an ECS service, a few tasks at a time",
    resource="ecs_service",
    target_pattern=TARGET,
    target_arn=TARGET_ARN,
    observe=(
        *DEPLOYABLE,
        *seen(
            definition="taskDefinition",
            deployment="deployments[?status=='PRIMARY'].id | [0]",
            deployments="length(deployments || `[]`)",
        ),
        *looks(
            "ecs",
            "ListTasks",
            {"cluster": "{Cluster}", "serviceName": "{Service}", "desiredStatus": "STOPPED"},
            {"ended": "taskArns[:100]"},
            on="*",
        ),
        *looks(
            "ecs",
            "DescribeTasks",
            {"cluster": "{Cluster}", "tasks": "{ended}"},
            {"stopped": "tasks[].{at: stoppedAt, why: [stoppedReason, containers[].reason][]}"},
            on="arn:aws:ecs:{region}:{account}:task/*",
        ),
    ),
    parameters=dict(NAMES),
    causes=frozenset({Cause.MEMORY_LEAK}),
    symptoms=frozenset({Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.REPLACE,
    relieves=Measure.SATURATION,
    actions=("ecs:UpdateService",),
    document=api_document(
        "Start a new deployment of an ECS service with its present task definition.",
        NAMES,
        "ecs",
        "UpdateService",
        {"cluster": "{{ Cluster }}", "service": "{{ Service }}", "forceNewDeployment": True},
    ),
    reversibility=Reversibility.TRANSIENT,
    inverse=None,
    expected_seconds=180,
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """A rolling restart, if no deployment is under way and tasks stay while others start.

    Telling when a task was killed for its memory, since those that run gather as it did, or when their memory
    climbed bit by bit.
    """
    state = subject.state
    if re.fullmatch(TARGET, subject.target) is None:
        return Infeasible(reason="the target is not an ECS service")
    if reason := undeployable(state):
        return Infeasible(reason=reason)
    if state.get("deployments") != 1 or state.get("rollout") != "COMPLETED":
        return Infeasible(reason="a deployment is under way, and a restart would start it over")
    killed = sum(_is_killed(each, subject) for each in state.get("stopped") or ())
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target),
        statement=f"{state['running']} of {state['desired']} tasks run, no deployment is under way, and "
        f"{killed} were killed for their memory",
        telling=killed > 0 or Sign.CLIMBING in subject.signs,
    )


def _is_killed(task: dict[str, Any], subject: Subject) -> bool:
    """Whether a stopped task was killed for its memory, lately.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
    """
    why = any(str(each or "").startswith("OutOfMemoryError") for each in task["why"] or ())
    return why and task["at"] is not None and recent(task["at"], subject.started_at)


def effect(_proposal: Proposal, before: State) -> dict[str, object]:
    """Another deployment has replaced every task."""
    return {"deployment": CHANGED, "deployments": 1, "rollout": "COMPLETED", "running": before["desired"]}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """A fresh process holds nothing yet of what the old one had gathered."""
    return baseline


def undo(_done: Proposal, _before: State) -> None:
    """Nothing that is configured has changed."""


REMEDY = Remedy(
    runbook=RUNBOOK,
    prepare=prepare,
    effect=effect,
    expect=expect,
    undo=undo,
    compare=("definition", "desired"),
)
