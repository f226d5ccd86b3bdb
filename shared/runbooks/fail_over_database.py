"""Make a healthy reader of an Aurora cluster its writer.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverDBCluster.html
"""

from typing import Any

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

NAME = r"[A-Za-z](?:-?[A-Za-z0-9]){0,62}"
PARAMETERS = {
    "DBClusterIdentifier": Parameter(pattern=NAME, description="the cluster"),
    "TargetDBInstanceIdentifier": Parameter(pattern=NAME, description="the reader that becomes the writer"),
}
MEMBERS = "DBClusters[0].DBClusterMembers"


def _cluster(name: str, select: str) -> Observation:
    return Observation(
        name=name,
        service="rds",
        api="DescribeDBClusters",
        arguments={"DBClusterIdentifier": "{DBClusterIdentifier}"},
        select=select,
        action="rds:DescribeDBClusters",
    )


RUNBOOK = Runbook(
    id="fail-over-database",
    version=1,
    family="failover",
    title="Fail an Aurora cluster over to a healthy reader",
    resource="db_cluster",
    target_pattern=rf"arn:aws:rds:[a-z0-9-]+:[0-9]{{12}}:cluster:(?P<DBClusterIdentifier>{NAME})",
    target_arn="arn:aws:rds:{region}:{account}:cluster:*",
    observe=(
        _cluster("status", "DBClusters[0].Status"),
        _cluster("writer", f"{MEMBERS}[?IsClusterWriter].DBInstanceIdentifier | [0]"),
        _cluster(
            "readers", f"{MEMBERS}[?!IsClusterWriter].{{id: DBInstanceIdentifier, tier: PromotionTier}}"
        ),
        Observation(
            name="instances",
            service="rds",
            api="DescribeDBInstances",
            arguments={"Filters": [{"Name": "db-cluster-id", "Values": ["{DBClusterIdentifier}"]}]},
            select="DBInstances[].{id: DBInstanceIdentifier, status: DBInstanceStatus}",
            action="rds:DescribeDBInstances",
            on="arn:aws:rds:{region}:{account}:db:*",
        ),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.UNHEALTHY_PRIMARY}),
    symptoms=frozenset({Symptom.DATABASE_FAILURE, Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.REPLACE,
    relieves=Measure.ERRORS,
    actions=("rds:FailoverDBCluster",),
    document=api_document(
        "Make a reader of an Aurora cluster its writer.",
        PARAMETERS,
        "rds",
        "FailoverDBCluster",
        {name: f"{{{{ {name} }}}}" for name in PARAMETERS},
    ),
    reversibility=Reversibility.TRANSIENT,  # connections break once, the shared storage stays
    inverse=None,
    expected_seconds=120,
    risk="medium",
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """The available reader of the lowest promotion tier; telling when the writer is not available itself."""
    state = subject.state
    status = {each["id"]: each["status"] for each in state.get("instances") or ()}
    fit = [each for each in state.get("readers") or () if status.get(each["id"]) == "available"]
    if state.get("status") != "available":
        return Infeasible(reason=f"the cluster is {state.get('status')}")
    if not fit:
        return Infeasible(reason="it has no reader that is available")
    reader = min(fit, key=lambda each: (each["tier"] or 0, each["id"]))["id"]
    writer = state["writer"]
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, TargetDBInstanceIdentifier=reader),
        statement=f"the writer {writer} is {status.get(writer)}, the reader {reader} is available",
        telling=status.get(writer) != "available",
    )


def effect(proposal: Proposal, _before: State) -> dict[str, Any]:
    """The reader is the writer."""
    return {"writer": proposal.parameters["TargetDBInstanceIdentifier"]}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """A healthy writer serves as in good times."""
    return baseline


def undo(_done: Proposal, _before: State) -> None:
    """Nothing is configured differently; going back would break every connection again."""


REMEDY = Remedy(runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=())
