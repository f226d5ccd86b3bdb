"""Disable an event source mapping whose consumer chokes on a poison message; the records wait."""

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
from shared.runbooks.catalogue_documents import api_step, document, either
from shared.runbooks.catalogue_observations import looks

MAPPING = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PARAMETERS = {
    "UUID": Parameter(pattern=MAPPING, description="the mapping's id"),
    "State": Parameter(pattern="Disabled|Enabled", description="the state that it shall have"),
}
STATES = {"Disabled": False, "Enabled": True}


RUNBOOK = Runbook(
    id="pause-event-source",
    version=1,
    family="throttling",
    title="Pause an event source mapping",
    resource="event_source_mapping",
    target_pattern=rf"arn:aws:lambda:[a-z0-9-]+:[0-9]{{12}}:event-source-mapping:(?P<UUID>{MAPPING})",
    target_arn="arn:aws:lambda:{region}:{account}:event-source-mapping:*",
    observe=looks(
        "lambda",
        "GetEventSourceMapping",
        {"UUID": "{UUID}"},
        {"state": "State", "result": "LastProcessingResult"},
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.POISON_MESSAGE}),
    symptoms=frozenset({Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.SHED_LOAD,
    relieves=Measure.ERRORS,
    actions=("lambda:UpdateEventSourceMapping",),
    document=document(
        "Disable or enable an event source mapping.",
        PARAMETERS,
        either(
            "State",
            {
                state: api_step(
                    "lambda", "UpdateEventSourceMapping", {"UUID": "{{ UUID }}", "Enabled": enabled}
                )
                for state, enabled in STATES.items()
            },
        ),
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="pause-event-source",
    expected_seconds=120,
    expires_seconds=3_600,  # records wait no longer than their queue or stream keeps them
    risk="medium",
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """Disable it, if it is enabled. That its last batch failed speaks for it; queues do not say so."""
    state, result = subject.state.get("state"), str(subject.state.get("result") or "")
    if re.fullmatch(RUNBOOK.target_pattern, subject.target) is None:
        return Infeasible(reason="the target is not an event source mapping")
    if state != "Enabled":
        return Infeasible(reason=f"it is {str(state or 'not there').lower()}, not enabled")
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, State="Disabled"),
        statement=f"it is enabled; its last result: {result[:200] or 'not said'}",
        telling=result.startswith("PROBLEM"),
    )


def effect(proposal: Proposal, _before: State) -> dict[str, str]:
    """It is in that state."""
    return {"state": proposal.parameters["State"]}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """A consumer that is given nothing fails at nothing."""
    return baseline


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook with the state that was there before."""
    return RUNBOOK.propose(done.service, done.target, State=str(before["state"]))


REMEDY = Remedy(runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("state",))
