"""Halve the request rate and burst that a REST API's stage accepts.

Only where the stage has limits of its own: without them the account's count, and nothing could be put back.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from shared.domain.mechanism import Approach, Cause, Sign, Symptom
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

LEAST = 10
"""Requests a second that stay allowed whatever happens."""
API, STAGE = r"[a-z0-9]{8,32}", r"[A-Za-z0-9_-]{1,128}"
LIMIT = r"[1-9][0-9]{1,5}"
PARAMETERS = {
    "restApiId": Parameter(pattern=API, description="the REST API"),
    "stageName": Parameter(pattern=STAGE, description="its stage"),
    "Rate": Parameter(pattern=LIMIT, description="requests a second, at least 10"),
    "Burst": Parameter(pattern=LIMIT, description="requests at once, at least 10"),
}


def _seen(name: str, field: str) -> Observation:
    return Observation(
        name=name,
        service="apigateway",
        api="GetStage",
        arguments={"restApiId": "{restApiId}", "stageName": "{stageName}"},
        select=f'methodSettings."*/*".{field}',
        action="apigateway:GET",
    )


def _limit(field: str, value: str) -> dict[str, str]:
    return {"op": "replace", "path": f"/*/*/throttling/{field}", "value": f"{{{{ {value} }}}}"}


RUNBOOK = Runbook(
    id="throttle-api-stage",
    version=1,
    family="protection",
    title="Halve what a REST API's stage accepts",
    resource="api_stage",
    target_pattern=rf"arn:aws:apigateway:[a-z0-9-]+::/restapis/(?P<restApiId>{API})/stages/(?P<stageName>{STAGE})",
    target_arn="arn:aws:apigateway:{region}::/restapis/*/stages/*",
    observe=(_seen("rate", "throttlingRateLimit"), _seen("burst", "throttlingBurstLimit")),
    parameters=PARAMETERS,
    causes=frozenset({Cause.SATURATION}),
    symptoms=frozenset({Symptom.TRAFFIC_SURGE, Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.SHED_LOAD,
    relieves=Measure.TRAFFIC,
    actions=("apigateway:PATCH",),
    document=api_document(
        "Set the throttling of a REST API's stage.",
        PARAMETERS,
        "apigateway",
        "UpdateStage",
        {
            "restApiId": "{{ restApiId }}",
            "stageName": "{{ stageName }}",
            "patchOperations": [_limit("rateLimit", "Rate"), _limit("burstLimit", "Burst")],
        },
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="throttle-api-stage",
    expected_seconds=60,
    risk="medium",  # it turns away good requests with the bad
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """Half of both limits, if the stage has limits and half of them lets enough through.

    Telling in a surge.
    """
    rate, burst = subject.state.get("rate"), subject.state.get("burst")
    if not rate or not burst or rate != int(rate):
        return Infeasible(reason="the stage has no limits of its own that could be put back")
    if min(rate, burst) < 2 * LEAST:
        return Infeasible(reason=f"it accepts {rate:.0f} a second, {burst} at once: {LEAST} must stay")
    return Feasible(
        proposal=_proposal(subject.service.name, subject.target, rate // 2, burst // 2),
        statement=f"it accepts {rate:.0f} requests a second, {burst} at once",
        telling=Sign.SURGING in subject.signs,
    )


def effect(proposal: Proposal, _before: State) -> dict[str, int]:
    """The stage has the limits."""
    return {"rate": int(proposal.parameters["Rate"]), "burst": int(proposal.parameters["Burst"])}


def expect(proposal: Proposal, state: State, value: float, _baseline: float) -> float:
    """No more than the new limit's share of the old one gets through."""
    return value * int(proposal.parameters["Rate"]) / float(state["rate"])


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook with the limits that were there before."""
    return _proposal(done.service, done.target, before["rate"], before["burst"])


def _proposal(service: str, target: str, rate: float, burst: float) -> Proposal:
    return RUNBOOK.propose(service, target, Rate=str(int(rate)), Burst=str(int(burst)))


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("rate", "burst")
)
