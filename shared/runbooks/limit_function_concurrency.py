"""Let a Lambda function run less often at once, so that what it calls can breathe."""

import re

from shared.domain.mechanism import Approach, Cause, Sign, Symptom
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
from shared.runbooks.catalogue_limits import busy
from shared.runbooks.catalogue_observations import looks

SHARE = 10
"""A function without a limit may take the whole account's concurrency; it is left a tenth of that."""
UNRESERVED = 100
"""Executions that AWS keeps for the functions without a reservation."""


RUNBOOK = Runbook(
    id="limit-function-concurrency",
    version=1,
    family="throttling",
    title="Limit how often a Lambda function runs at once",
    resource="lambda_function",
    target_pattern=TARGET,
    target_arn=TARGET_ARN,
    observe=(
        *RESERVED,
        *looks(
            "lambda",
            "GetAccountSettings",
            {},
            {
                "account_limit": "AccountLimit.ConcurrentExecutions",
                "unreserved": "AccountLimit.UnreservedConcurrentExecutions",
            },
            on="*",
        ),
    ),
    parameters=dict(PARAMETERS),
    causes=frozenset({Cause.CONNECTION_EXHAUSTION, Cause.SATURATION}),
    symptoms=frozenset({Symptom.DATABASE_FAILURE, Symptom.RESOURCE_EXHAUSTION, Symptom.TRAFFIC_SURGE}),
    approach=Approach.SHED_LOAD,
    relieves=Measure.SATURATION,
    actions=ACTIONS,
    document=DOCUMENT,
    reversibility=Reversibility.REVERSIBLE,
    inverse="limit-function-concurrency",
    expected_seconds=30,
    risk="medium",
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """Half of its limit, or a tenth of the account's if it has none; never so little that it stops.

    Telling when the service runs on it, is at its limit, and is asked for far more than usual.
    """
    if re.fullmatch(TARGET, subject.target) is None:
        return Infeasible(reason="the target is not a Lambda function")
    reserved, account = subject.state.get("reserved"), int(subject.state["account_limit"])
    left, wanted = int(subject.state["unreserved"]), _wanted(subject.state)
    if wanted < 1:
        return Infeasible(reason=f"its limit is {reserved} of {account}: less would stop it")
    if reserved is None and left - wanted < UNRESERVED:
        return Infeasible(reason=f"a reservation of {wanted} leaves fewer than {UNRESERVED} of {left}")
    limited = f"its limit is {reserved}" if reserved else f"it has no limit, and the account's is {account}"
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, **reservation(wanted)),
        statement=f"{limited}; {wanted} is proposed",
        telling=Sign.SURGING in subject.signs and busy(subject, "lambda_function"),
    )


def _wanted(state: State) -> int:
    reserved = state.get("reserved")
    return int(state["account_limit"]) // SHARE if reserved is None else int(reserved) // 2


def effect(proposal: Proposal, _before: State) -> dict[str, int | None]:
    """It has the limit, or none."""
    return {"reserved": reserved_after(proposal)}


def expect(proposal: Proposal, state: State, value: float, baseline: float) -> float:
    """The load follows what may run at once, but never falls below that of good times."""
    before = int(state["account_limit"] if state.get("reserved") is None else state["reserved"])
    return max(value * int(proposal.parameters["Concurrency"]) / before, baseline)


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook with the limit that was there before, or without one."""
    return RUNBOOK.propose(done.service, done.target, **reservation(before["reserved"]))


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("reserved",)
)
