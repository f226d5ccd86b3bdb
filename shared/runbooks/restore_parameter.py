"""Put an SSM parameter that changed just before the incident back to its previous value."""

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
from shared.runbooks.catalogue_observations import looks
from shared.runbooks.catalogue_recent import brought, moment, recent

NAME = r"/[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*"
VALUE = r"[A-Za-z0-9 _.,:;/@+=-]{1,1024}"
"""Without braces: Automation would expand {{ }} inside a value."""

PARAMETERS = {
    "Name": Parameter(pattern=NAME, description="the parameter's full name"),
    "Value": Parameter(pattern=VALUE, description="the value to put back"),
}

RUNBOOK = Runbook(
    id="restore-parameter",
    version=1,
    family="configuration",
    title="Restore an SSM parameter to its previous value",
    resource="parameter",
    target_pattern=rf"arn:aws:ssm:[a-z0-9-]+:[0-9]{{12}}:parameter(?P<Name>{NAME})",
    target_arn="arn:aws:ssm:{region}:{account}:parameter/*",
    observe=(
        *looks(
            "ssm",
            "GetParameterHistory",
            {"Name": "{Name}", "WithDecryption": False},
            {
                "history": "sort_by(Parameters, &Version)[-2:]"
                ".{value: Value, type: Type, at: LastModifiedDate}"
            },
        ),
        *looks(
            "ssm", "GetParameter", {"Name": "{Name}", "WithDecryption": False}, {"value": "Parameter.Value"}
        ),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.CONFIGURATION_CHANGE}),
    symptoms=frozenset(
        {Symptom.DATABASE_FAILURE, Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS}
    ),
    approach=Approach.UNDO_CHANGE,
    relieves=Measure.SATURATION,
    actions=("ssm:PutParameter",),
    document=api_document(
        "Put an SSM parameter back to a value that it had.",
        PARAMETERS,
        "ssm",
        "PutParameter",
        {"Name": "{{ Name }}", "Value": "{{ Value }}", "Overwrite": True},
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="restore-parameter",
    expected_seconds=10,
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """The previous value, if the parameter changed lately and the value is fit to be put back.

    Telling when somebody changed it just before the onset.
    """
    match = re.fullmatch(RUNBOOK.target_pattern, subject.target)
    history = subject.state.get("history") or []
    reason = "the target is not a parameter" if match is None else _obstacle(subject, history)
    if match is None or reason:
        return Infeasible(reason=reason)
    previous, current = history[-2:]
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, Value=str(previous["value"])),
        statement=f"{match['Name']}: {previous['value']} became {current['value']} "
        f"at {moment(current['at']):%H:%M:%S}",
        telling=brought(current["at"], subject),
    )


def _obstacle(subject: Subject, history: list[dict[str, object]]) -> str:
    if len(history) < 2:
        return "there is no previous value"
    previous, current = history[-2:]
    if current["value"] != subject.state.get("value"):
        return "the history does not end with the present value"
    if not recent(current["at"], subject.started_at):
        return "it was last changed more than 30 minutes before the incident"
    if "SecureString" in {previous["type"], current["type"]}:
        return "it is encrypted, and this runbook never reads a secret"
    if previous["value"] == current["value"]:
        return "its previous value is its present one"
    if not all(re.fullmatch(VALUE, str(each["value"])) for each in (previous, current)):
        return "a value has characters that the runbook does not take, there or back"
    return ""


def effect(proposal: Proposal, _before: State) -> dict[str, str]:
    """The parameter has the value."""
    return {"value": proposal.parameters["Value"]}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """With the value that was there before the trouble, the measure goes back to where it was."""
    return baseline


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook with the value that was there before."""
    return RUNBOOK.propose(done.service, done.target, Value=str(before["value"]))


REMEDY = Remedy(runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("value",))
