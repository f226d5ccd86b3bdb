"""Stop the Lambda function that sends a runaway query: no execution of it begins any more."""

import re

from shared.domain.mechanism import Approach, Cause, Symptom
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
    Feasible,
    Infeasible,
    Remedy,
    Reversibility,
    Runbook,
    State,
    Subject,
)
from shared.domain.service import Measure
from shared.runbooks.catalogue_functions import (
    ACTIONS,
    DOCUMENT,
    PARAMETERS,
    RESERVED,
    TARGET,
    TARGET_ARN,
    reservation,
    reserved_after,
)
from shared.runbooks.catalogue_observations import looks
from shared.runbooks.catalogue_recent import brought, moment

RUNBOOK = Runbook(
    id="stop-query-source",
    version=1,
    family="throttling",
    title="Stop the Lambda function that sends a runaway query",
    resource="lambda_function",
    target_pattern=TARGET,
    target_arn=TARGET_ARN,
    observe=(
        *RESERVED,
        *looks(
            "lambda",
            "GetFunctionConfiguration",
            {"FunctionName": "{FunctionName}"},
            {"changed_at": "LastModified"},
        ),
    ),
    parameters=dict(PARAMETERS),
    causes=frozenset({Cause.RUNAWAY_QUERY}),
    symptoms=frozenset({Symptom.DATABASE_FAILURE, Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY}),
    approach=Approach.SHED_LOAD,
    relieves=Measure.SATURATION,
    actions=ACTIONS,
    document=DOCUMENT,
    reversibility=Reversibility.REVERSIBLE,
    inverse="stop-query-source",
    expected_seconds=30,
    expires_seconds=3_600,  # what the function does for a living is not done meanwhile
    risk="high",
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """No execution at all, if it runs now. That it was changed just before speaks for it as the source."""
    if re.fullmatch(TARGET, subject.target) is None:
        return Infeasible(reason="the target is not a Lambda function")
    if subject.state.get("reserved") == 0:
        return Infeasible(reason="it is stopped already")
    if not subject.state.get("changed_at"):
        return Infeasible(reason="the function is not there")
    changed = moment(subject.state["changed_at"])
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, **reservation(0)),
        statement=f"it was last changed at {changed:%Y-%m-%d %H:%M:%S}",
        telling=brought(changed, subject),
    )


def effect(proposal: Proposal, _before: State) -> dict[str, int | None]:
    """It has no executions to spend, or what it had before."""
    return {"reserved": reserved_after(proposal)}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """Without the query, the measure goes back to where it was; what runs already ends first."""
    return baseline


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook with the limit that was there before, or without one."""
    return RUNBOOK.propose(done.service, done.target, **reservation(before["reserved"]))


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("reserved",)
)
