"""ElastiCache: TestFailover, after which a replica of the shard is its primary.

On AWS it needs automatic failover and a replica, and takes minutes. ministack 1.5.33 does not know the call.
Delete this when a release does.
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_TestFailover.html
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from ministack.services import elasticache


def install(app: Any) -> None:
    """Answer TestFailover; every other call stays ministack's."""
    inner = app.SERVICE_HANDLERS["elasticache"]

    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        asked = {**(query or {}), **parse_qs((body or b"").decode())}
        if elasticache._p(asked, "Action") == "TestFailover":
            return _fail_over(
                elasticache._p(asked, "ReplicationGroupId"), elasticache._p(asked, "NodeGroupId")
            )
        return await inner(method, path, headers, body, query)

    app.SERVICE_HANDLERS["elasticache"] = handle


def _fail_over(identity: str, shard: str) -> Any:
    group = elasticache._replication_groups.get(identity)
    if group is None:
        return elasticache._error(
            "ReplicationGroupNotFoundFault", f"ReplicationGroup {identity} not found.", 404
        )
    nodes = next((each for each in group["NodeGroups"] if each["NodeGroupId"] == shard), None)
    if nodes is None:
        return elasticache._error("NodeGroupNotFoundFault", f"Node group {shard} not found.", 404)
    replica = next((each for each in nodes["NodeGroupMembers"] if each["CurrentRole"] == "replica"), None)
    if group.get("AutomaticFailover") != "enabled" or replica is None:
        return elasticache._error(
            "InvalidReplicationGroupState", "Automatic failover needs to be enabled, with a replica.", 400
        )
    for each in nodes["NodeGroupMembers"]:
        each["CurrentRole"] = "primary" if each is replica else "replica"
    inside = f"<TestFailoverResult><ReplicationGroup>{elasticache._rg_xml(group)}</ReplicationGroup>"
    return elasticache._xml(200, "TestFailoverResponse", f"{inside}</TestFailoverResult>")
