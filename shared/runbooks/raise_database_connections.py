"""Raise max_connections in the parameter group of one database instance by half.

Dynamic parameters only: MySQL's and MariaDB's applies at once, PostgreSQL's needs a restart.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithDBInstanceParamGroups.html
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
from shared.runbooks.catalogue_limits import spent

MOST = 2_000
"""Connections that this runbook will ever allow: each takes memory of the instance."""
NAME = r"(?!default\.)[A-Za-z](?:-?[A-Za-z0-9.]){0,254}"
"""AWS's own groups cannot be changed."""
PARAMETERS = {
    "DBParameterGroupName": Parameter(pattern=NAME, description="the parameter group"),
    "Connections": Parameter(pattern=r"(?:[1-9][0-9]{0,2}|1[0-9]{3}|2000)", description="at most 2000"),
}
_MAX_CONNECTIONS = "Parameters[?ParameterName=='max_connections'] | [0]"


def _parameter(name: str, select: str) -> Observation:
    return Observation(
        name=name,
        service="rds",
        api="DescribeDBParameters",
        arguments={"DBParameterGroupName": "{DBParameterGroupName}"},
        select=f"{_MAX_CONNECTIONS}.{select}",
        action="rds:DescribeDBParameters",
    )


RUNBOOK = Runbook(
    id="raise-database-connections",
    version=1,
    family="configuration",
    title="Raise a database's connection limit by half",
    resource="db_parameter_group",
    target_pattern=rf"arn:aws:rds:[a-z0-9-]+:[0-9]{{12}}:pg:(?P<DBParameterGroupName>{NAME})",
    target_arn="arn:aws:rds:{region}:{account}:pg:*",
    observe=(
        _parameter("connections", "ParameterValue"),
        _parameter("applies", "ApplyType"),
        _parameter("modifiable", "IsModifiable"),
        Observation(
            name="instances",
            service="rds",
            api="DescribeDBInstances",
            arguments={},
            select="DBInstances[].{id: DBInstanceIdentifier, status: DBInstanceStatus"
            ", groups: DBParameterGroups[].DBParameterGroupName}",
            action="rds:DescribeDBInstances",
            on="arn:aws:rds:{region}:{account}:db:*",
        ),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.CONNECTION_EXHAUSTION}),
    symptoms=frozenset(
        {Symptom.DATABASE_FAILURE, Symptom.RESOURCE_EXHAUSTION, Symptom.LATENCY, Symptom.ERRORS}
    ),
    approach=Approach.LIFT_LIMIT,
    relieves=Measure.SATURATION,
    actions=("rds:ModifyDBParameterGroup",),
    document=api_document(
        "Set max_connections in a DB parameter group, at once.",
        PARAMETERS,
        "rds",
        "ModifyDBParameterGroup",
        {
            "DBParameterGroupName": "{{ DBParameterGroupName }}",
            "Parameters": [
                {
                    "ParameterName": "max_connections",
                    "ParameterValue": "{{ Connections }}",
                    "ApplyMethod": "immediate",
                }
            ],
        },
    ),
    reversibility=Reversibility.REVERSIBLE,
    inverse="raise-database-connections",
    expected_seconds=30,
    risk="medium",
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """Half as many connections again, if one available instance uses the group and the limit is a number.

    Telling when the database is at its limit, and has no other limit of the catalogue's.
    """
    group = subject.target.rsplit(":", 1)[-1]
    users = [each for each in subject.state.get("instances") or () if group in (each["groups"] or ())]
    if reason := _obstacle(subject.state, users):
        return Infeasible(reason=reason)
    now = int(subject.state["connections"])
    wanted = min(now + (now + 1) // 2, MOST)
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, Connections=str(wanted)),
        statement=f"{users[0]['id']} takes {now} connections, and {MOST} is the most",
        telling=spent(subject, "db_parameter_group"),
    )


def _obstacle(state: State, users: list[dict[str, Any]]) -> str:
    now = str(state.get("connections") or "")
    if len(users) != 1:
        return f"{len(users)} instances use the group: this changes one"
    if users[0]["status"] != "available":
        return f"{users[0]['id']} is {users[0]['status']}"
    if state.get("applies") != "dynamic" or not state.get("modifiable"):
        return "the limit is not dynamic: it would need a restart"
    if not now.isdecimal():
        return f"the limit is {now or 'not set'}: a formula over the instance's memory is left alone"
    return f"it takes {now} connections, and {MOST} is the most" if int(now) >= MOST else ""


def effect(proposal: Proposal, _before: State) -> dict[str, str]:
    """The group has the new limit."""
    return {"connections": proposal.parameters["Connections"]}


def expect(proposal: Proposal, state: State, value: float, baseline: float) -> float:
    """The same connections under a higher limit, but never less than the measure has in good times."""
    return max(value * int(state["connections"]) / int(proposal.parameters["Connections"]), baseline)


def undo(done: Proposal, before: State) -> Proposal:
    """The same runbook with the limit that was there before."""
    return RUNBOOK.propose(done.service, done.target, Connections=str(before["connections"]))


REMEDY = Remedy(
    runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=("connections",)
)
