"""Double the provisioned capacity of a throttled DynamoDB table. Its indexes keep theirs."""

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
from shared.runbooks.catalogue_limits import spent
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
)

MOST = 4_000
"""Units of each kind that this runbook will ever ask for; a table may have 40,000 by default."""
PARAMETERS = {
    "TableName": Parameter(pattern=NAME, description="the table"),
    "ReadCapacityUnits": Parameter(pattern=UNITS, description="read capacity units"),
    "WriteCapacityUnits": Parameter(pattern=UNITS, description="write capacity units"),
}

RUNBOOK = Runbook(
    id="raise-table-capacity",
    version=1,
    family="capacity",
    title="Double the provisioned capacity of a DynamoDB table",
    resource="dynamodb_table",
    target_pattern=TARGET,
    target_arn=ARN,
    observe=(STATUS, MODE, READ, WRITE),
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
    document=api_document(
        "Set the provisioned capacity of a DynamoDB table.",
        PARAMETERS,
        "dynamodb",
        "UpdateTable",
        {"TableName": "{{ TableName }}", "ProvisionedThroughput": CAPACITY},
        integers=CAPACITY,
    ),
    reversibility=Reversibility.REVERSIBLE,  # AWS lets it be lowered at least four times a day
    inverse="raise-table-capacity",
    expected_seconds=300,
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """Twice the capacity, if the table is provisioned and the maximum leaves room.

    Telling when the database is at its limit, and has no other limit of the catalogue's.
    """
    if reason := obstacle(subject.state):
        return Infeasible(reason=reason)
    read, write = int(subject.state["read"]), int(subject.state["write"])
    if max(read, write) >= MOST:
        return Infeasible(reason=f"it has {read} and {write} units, and {MOST} is the most")
    return Feasible(
        proposal=_proposal(subject.service.name, subject.target, min(2 * read, MOST), min(2 * write, MOST)),
        statement=f"it has {read} read and {write} write units, and {MOST} is the most",
        telling=spent(subject, "dynamodb_table"),
    )


def effect(proposal: Proposal, _before: State) -> dict[str, object]:
    """The table has the capacity, and is active again."""
    read, write = (int(proposal.parameters[name]) for name in CAPACITY)
    return {"read": read, "write": write, "status": "ACTIVE"}


def expect(proposal: Proposal, state: State, value: float, baseline: float) -> float:
    """The same work on more units, but never less than the measure has in good times."""
    grown = min(
        int(proposal.parameters["ReadCapacityUnits"]) / int(state["read"]),
        int(proposal.parameters["WriteCapacityUnits"]) / int(state["write"]),
    )
    return max(value / grown, baseline)


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook with the capacity that was there before."""
    return _proposal(done.service, done.target, int(before["read"]), int(before["write"]))


def _proposal(service: str, target: str, read: int, write: int) -> Proposal:
    return RUNBOOK.propose(service, target, ReadCapacityUnits=str(read), WriteCapacityUnits=str(write))


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("read", "write")
)
