"""Point a Lambda alias to the version before the one that it has just been given."""

import re

from shared.domain.mechanism import Approach, Cause, Symptom
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
    Feasible,
    Grant,
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
from shared.runbooks.catalogue_functions import NAME, TARGET, TARGET_ARN
from shared.runbooks.catalogue_observations import looks
from shared.runbooks.catalogue_recent import brought, moment, recent

ALIAS = r"(?!\d+$)[A-Za-z0-9_-]{1,128}"
PARAMETERS = {
    "FunctionName": Parameter(pattern=NAME, description="the function's name"),
    "Name": Parameter(pattern="[A-Za-z0-9_-]{1,128}", description="the alias's name"),
    "FunctionVersion": Parameter(pattern="[1-9][0-9]{0,9}", description="the published version"),
}


RUNBOOK = Runbook(
    id="roll-back-alias",
    version=1,
    family="deployment",
    title="Roll a Lambda alias back to the previous version",
    resource="lambda_alias",
    target_pattern=rf"{TARGET}:(?P<Name>{ALIAS})",
    target_arn=TARGET_ARN,
    observe=(
        *looks(
            "lambda",
            "GetAlias",
            {"FunctionName": "{FunctionName}", "Name": "{Name}"},
            {"version": "FunctionVersion", "weights": "RoutingConfig.AdditionalVersionWeights"},
        ),
        *looks(
            "lambda",
            "ListVersionsByFunction",
            {"FunctionName": "{FunctionName}"},
            {"versions": "Versions[?Version!='$LATEST'].{version: Version, at: LastModified}"},
        ),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.DEPLOYMENT}),
    symptoms=frozenset({Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.UNDO_CHANGE,
    relieves=Measure.ERRORS,
    actions=("lambda:UpdateAlias",),
    also=(  # IAM asks for the function, whichever of its aliases is meant
        Grant(
            actions=("lambda:UpdateAlias",),
            resource="arn:aws:lambda:{region}:{account}:function:{FunctionName}",
            most=TARGET_ARN,
        ),
    ),
    document=api_document(
        "Point a Lambda alias to a published version.",
        PARAMETERS,
        "lambda",
        "UpdateAlias",
        {name: f"{{{{ {name} }}}}" for name in PARAMETERS},
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="roll-back-alias",
    expected_seconds=10,
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """The version before, if the present one was published lately and no traffic is being shifted.

    Telling when that was just before the onset.
    """
    if re.fullmatch(RUNBOOK.target_pattern, subject.target) is None:
        return Infeasible(reason="the target is not an alias of a Lambda function")
    published = {int(each["version"]): each["at"] for each in subject.state.get("versions") or []}
    now = str(subject.state.get("version") or "")
    if not now.isdecimal() or int(now) not in published:
        return Infeasible(reason="it does not point to a published version")
    earlier = [version for version in published if version < int(now)]
    if not earlier:
        return Infeasible(reason=f"there is no version before {now}")
    if subject.state.get("weights"):
        return Infeasible(reason="its traffic is being shifted between versions, which somebody else steers")
    at = moment(published[int(now)])
    if not recent(at, subject.started_at):
        return Infeasible(reason=f"version {now} was published more than 30 minutes before the incident")
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, FunctionVersion=str(max(earlier))),
        statement=f"it points to version {now}, published at {at:%H:%M:%S}, after {max(earlier)}",
        telling=brought(at, subject),
    )


def effect(proposal: Proposal, _before: State) -> dict[str, str]:
    """It points to that version."""
    return {"version": proposal.parameters["FunctionVersion"]}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """With what ran before the trouble, the measure goes back to where it was."""
    return baseline


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook with the newer version."""
    return RUNBOOK.propose(done.service, done.target, FunctionVersion=str(before["version"]))


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("version", "weights")
)
