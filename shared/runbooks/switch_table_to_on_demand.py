"""Let a throttled DynamoDB table take what comes, instead of a provisioned capacity.

AWS allows the switch four times in 24 hours, and the way back at any time; each takes minutes, in which the
table serves as before. What comes is also paid for.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-switching-capacity-modes.html
"""

from datetime import timedelta

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
from shared.runbooks.catalogue_limits import spent
from shared.runbooks.catalogue_recent import moment
from shared.runbooks.catalogue_tables import (
    ARN,
    CAPACITY,
    MODE,
    NAME,
    READ,
    STATUS,
    TARGET,
    UNITS,
    WRITE,
    obstacle,
    seen,
)

LATELY = timedelta(hours=24)
"""A table that was switched so lately is left alone: somebody else is at it."""
PARAMETERS = {
    "TableName": Parameter(pattern=NAME, description="the table"),
    "BillingMode": Parameter(pattern="PAY_PER_REQUEST|PROVISIONED", description="how it is paid for"),
    "ReadCapacityUnits": Parameter(pattern=UNITS, description="read capacity units, when provisioned"),
    "WriteCapacityUnits": Parameter(pattern=UNITS, description="write capacity units, when provisioned"),
}
_MODE = {"TableName": "{{ TableName }}", "BillingMode": "{{ BillingMode }}"}

RUNBOOK = Runbook(
    id="switch-table-to-on-demand",
    version=1,
    family="capacity",
    title="Switch a DynamoDB table to on-demand capacity",
    resource="dynamodb_table",
    target_pattern=TARGET,
    target_arn=ARN,
    observe=(
        STATUS,
        MODE,
        READ,
        WRITE,
        seen("indexes", "not_null(GlobalSecondaryIndexes[].IndexName, `[]`)"),
        seen("switched", "BillingModeSummary.LastUpdateToPayPerRequestDateTime"),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.THROTTLING}),
    symptoms=frozenset(
        {
            Symptom.DATABASE_FAILURE,
            Symptom.RESOURCE_EXHAUSTION,
            Symptom.LATENCY,
            Symptom.ERRORS,
            Symptom.TRAFFIC_SURGE,
        }
    ),
    approach=Approach.LIFT_LIMIT,
    relieves=Measure.SATURATION,
    actions=("dynamodb:UpdateTable",),
    document=document(
        "Switch a DynamoDB table to on-demand or to a provisioned capacity.",
        PARAMETERS,
        either(
            "BillingMode",
            {
                "PAY_PER_REQUEST": api_step("dynamodb", "UpdateTable", _MODE),
                "PROVISIONED": api_step(
                    "dynamodb", "UpdateTable", {**_MODE, "ProvisionedThroughput": CAPACITY}
                ),
            },
        ),
        integers=CAPACITY,
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="switch-table-to-on-demand",
    expected_seconds=900,
    risk="medium",
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """If the table is provisioned, was not switched in 24 hours, and has no index with a capacity to lose.

    Telling when the database is at its limit, and has no other limit of the catalogue's.
    """
    state, switched = subject.state, subject.state.get("switched")
    if reason := obstacle(state):
        return Infeasible(reason=reason)
    if state["indexes"]:
        return Infeasible(reason=f"the capacity of {', '.join(state['indexes'])} could not be put back")
    if switched and moment(switched) > subject.started_at - LATELY:
        return Infeasible(reason=f"it was switched at {moment(switched):%H:%M} already")
    return Feasible(
        proposal=_proposal(subject.service.name, subject.target, "PAY_PER_REQUEST", state),
        statement=f"it has {state['read']} read and {state['write']} write units, and can do without",
        telling=spent(subject, "dynamodb_table"),
    )


def effect(proposal: Proposal, _before: State) -> dict[str, object]:
    """The table is paid for in that way, and is active again."""
    mode = proposal.parameters["BillingMode"]
    kept = mode == "PROVISIONED"
    read, write = (int(proposal.parameters[name]) if kept else 0 for name in CAPACITY)
    return {"mode": mode, "read": read, "write": write, "status": "ACTIVE"}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """Nothing is throttled, as in good times."""
    return baseline


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook with the capacity that was there before."""
    return _proposal(done.service, done.target, "PROVISIONED", before)


def _proposal(service: str, target: str, mode: str, state: State) -> Proposal:
    return RUNBOOK.propose(
        service,
        target,
        BillingMode=mode,
        ReadCapacityUnits=str(state["read"]),
        WriteCapacityUnits=str(state["write"]),
    )


REMEDY = Remedy(
    runbook=RUNBOOK,
    prepare=prepare,
    effect=effect,
    expect=expect,
    undo=undo,
    compare=("mode", "read", "write"),
)
