"""Put an ECS service back to the task definition that its latest deployment replaced."""

import re

from pydantic import JsonValue

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
from shared.runbooks.catalogue_documents import api_document
from shared.runbooks.catalogue_ecs import DEPLOYABLE, NAME, NAMES, TARGET, TARGET_ARN, seen, undeployable
from shared.runbooks.catalogue_observations import looks
from shared.runbooks.catalogue_recent import brought, moment, recent

DEFINITION = rf"arn:aws:ecs:[a-z0-9-]+:[0-9]{{12}}:task-definition/{NAME}:[0-9]{{1,9}}"
DEPLOYMENTS = "arn:aws:ecs:{region}:{account}:service*/*"
"""Services, their deployments and their revisions: IAM asks for both kinds of ARN."""
PARAMETERS = {
    **NAMES,
    "TaskDefinition": Parameter(pattern=DEFINITION, description="ARN of the task definition to run"),
}


def _definition_of(revision: str, name: str) -> tuple[Observation, ...]:
    """The task definition of a service revision that another observation found."""
    arguments: dict[str, JsonValue] = {"serviceRevisionArns": [f"{{{revision}}}"]}
    select = {name: "serviceRevisions[0].taskDefinition"}
    return looks("ecs", "DescribeServiceRevisions", arguments, select, on=DEPLOYMENTS)


RUNBOOK = Runbook(
    id="roll-back-service-deployment",
    version=1,
    family="deployment",
    title="Roll an ECS service back to its previous task definition",
    resource="ecs_service",
    target_pattern=TARGET,
    target_arn=TARGET_ARN,
    observe=(
        *DEPLOYABLE,
        *seen(definition="taskDefinition"),
        *looks(
            "ecs",
            "ListServiceDeployments",
            {"cluster": "{Cluster}", "service": "{Service}"},
            {"deployment": "serviceDeployments[0].serviceDeploymentArn"},
            newest=True,
        ),
        *looks(
            "ecs",
            "DescribeServiceDeployments",
            {"serviceDeploymentArns": ["{deployment}"]},
            {
                "deployed_at": "serviceDeployments[0].createdAt",
                "revision": "serviceDeployments[0].targetServiceRevision.arn",
                "replaced": "serviceDeployments[0].sourceServiceRevisions[0].arn",
            },
            on=DEPLOYMENTS,
        ),
        *_definition_of("revision", "deployed"),
        *_definition_of("replaced", "previous"),
        *looks(
            "ecs",
            "DescribeTaskDefinition",
            {"taskDefinition": "{previous}"},
            {"previous_status": "taskDefinition.status"},
            on="*",
        ),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.DEPLOYMENT}),
    symptoms=frozenset({Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.UNDO_CHANGE,
    relieves=Measure.ERRORS,
    actions=("ecs:UpdateService",),
    document=api_document(
        "Deploy a task definition that an ECS service ran before.",
        PARAMETERS,
        "ecs",
        "UpdateService",
        {"cluster": "{{ Cluster }}", "service": "{{ Service }}", "taskDefinition": "{{ TaskDefinition }}"},
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="roll-back-service-deployment",
    expected_seconds=180,
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """The definition before the latest deployment, if that is recent and what it replaced still exists.

    Telling when somebody deployed it just before the onset.
    """
    reason = "the target is not an ECS service"
    if re.fullmatch(TARGET, subject.target):
        reason = undeployable(subject.state) or _obstacle(subject)
    if reason:
        return Infeasible(reason=reason)
    state = subject.state
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, TaskDefinition=str(state["previous"])),
        statement=f"{_short(state['previous'])} became {_short(state['definition'])} "
        f"at {moment(state['deployed_at']):%H:%M:%S}",
        telling=brought(state["deployed_at"], subject),
    )


def _obstacle(subject: Subject) -> str:
    state = subject.state
    now, previous = (str(state.get(name) or "") for name in ("definition", "previous"))
    if not all(re.fullmatch(DEFINITION, each) for each in (now, previous)) or state["deployed"] != now:
        return "it is not known which task definition ran before the present one"
    if not recent(state["deployed_at"], subject.started_at):
        return "it was last deployed more than 30 minutes before the incident"
    if _family(now) != _family(previous) or _revision(now) <= _revision(previous):
        return "its latest deployment brought no newer revision of the task definition"
    if state.get("previous_status") != "ACTIVE":
        return f"{_short(previous)} is no longer active"
    return ""


def _family(definition: str) -> str:
    return definition.rpartition(":")[0]


def _revision(definition: str) -> int:
    return int(definition.rpartition(":")[2])


def _short(definition: str) -> str:
    return definition.rpartition("/")[2]


def effect(proposal: Proposal, before: State) -> dict[str, object]:
    """Every task is of that definition."""
    return {
        "definition": proposal.parameters["TaskDefinition"],
        "rollout": "COMPLETED",
        "running": before["desired"],
    }


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """With what ran before the trouble, the measure goes back to where it was."""
    return baseline


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook with the newer definition."""
    return RUNBOOK.propose(done.service, done.target, TaskDefinition=str(before["definition"]))


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("definition",)
)
