"""Make the replica of a Redis or Valkey replication group its primary.

AWS means TestFailover for tests, takes at most 15 shards a day, and may refuse it in a large outage: then the
automation fails, and a human has it. Replication is asynchronous: the last writes may be lost.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_TestFailover.html
"""

from typing import Any

from shared.domain.mechanism import Approach, Cause, Symptom
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
    CHANGED,
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
from shared.runbooks.catalogue_observations import looks

NAME = r"[a-z](?:-?[a-z0-9]){0,39}"
PARAMETERS = {
    "ReplicationGroupId": Parameter(pattern=NAME, description="the replication group"),
    "NodeGroupId": Parameter(pattern=r"[0-9]{1,4}", description="its only shard"),
}


def _seen(name: str, select: str) -> Observation:
    return Observation(
        name=name,
        service="elasticache",
        api="DescribeReplicationGroups",
        arguments={"ReplicationGroupId": "{ReplicationGroupId}"},
        select=f"ReplicationGroups[0].{select}",
        action="elasticache:DescribeReplicationGroups",
    )


RUNBOOK = Runbook(
    id="fail-over-cache",
    version=1,
    family="failover",
    title="Fail a cache over to its replica",
    resource="cache_cluster",
    target_pattern=rf"arn:aws:elasticache:[a-z0-9-]+:[0-9]{{12}}:replicationgroup:(?P<ReplicationGroupId>{NAME})",
    target_arn="arn:aws:elasticache:{region}:{account}:replicationgroup:*",
    observe=(
        _seen("status", "Status"),
        _seen("automatic", "AutomaticFailover"),
        _seen("zones", "MultiAZ"),
        _seen("shards", "NodeGroups[].{id: NodeGroupId, status: Status}"),
        _seen("primary", "NodeGroups[0].NodeGroupMembers[?CurrentRole=='primary'].CacheClusterId | [0]"),
        *looks(
            "elasticache",
            "DescribeCacheClusters",
            {},
            {"nodes": "CacheClusters[].{id: CacheClusterId, status: CacheClusterStatus}"},
            on="arn:aws:elasticache:{region}:{account}:cluster:*",
        ),
        _seen("replicas", "NodeGroups[0].NodeGroupMembers[?CurrentRole=='replica'].CacheClusterId"),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.UNHEALTHY_PRIMARY}),
    symptoms=frozenset({Symptom.CACHE_FAILURE, Symptom.LATENCY, Symptom.ERRORS}),
    approach=Approach.REPLACE,
    relieves=Measure.ERRORS,
    actions=("elasticache:TestFailover",),
    document=api_document(
        "Make a replica of a replication group's shard its primary.",
        PARAMETERS,
        "elasticache",
        "TestFailover",
        {name: f"{{{{ {name} }}}}" for name in PARAMETERS},
    ),
    reversibility=Reversibility.TRANSIENT,
    touches_data=True,
    inverse=None,
    expected_seconds=300,
    risk="medium",
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """The only shard, if it has a replica in another zone and fails over by itself too.

    Telling when the primary's node is not available.
    """
    state, shards = subject.state, subject.state.get("shards") or []
    if state.get("status") != "available":
        return Infeasible(reason=f"the cache is {state.get('status')}")
    if state["automatic"] != "enabled" or state["zones"] != "enabled":
        return Infeasible(reason="automatic failover or Multi-AZ is not enabled")
    if len(shards) != 1:
        return Infeasible(reason=f"it has {len(shards)} shards, and which one is sick is not to be seen")
    if not state["primary"] or not state["replicas"]:
        return Infeasible(reason="it has no replica")
    node = {each["id"]: each["status"] for each in state.get("nodes") or ()}.get(state["primary"])
    return Feasible(
        proposal=RUNBOOK.propose(subject.service.name, subject.target, NodeGroupId=shards[0]["id"]),
        statement=f"the primary {state['primary']} is {node or 'not listed'}, "
        f"with {len(state['replicas'])} replicas",
        telling=node is not None and node != "available",
    )


def effect(_proposal: Proposal, _before: State) -> dict[str, Any]:
    """Another node is the primary, and everything is available again."""
    return {"primary": CHANGED, "status": "available"}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """A healthy primary serves as in good times."""
    return baseline


def undo(_done: Proposal, _before: State) -> None:
    """Nothing is configured differently; going back would break every connection again."""


REMEDY = Remedy(runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=())
