"""Caches, target groups, WAF and scripts: what the samples of runbooks need, as AWS does it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_aws.process import LocalAws
from scripts.runbooks.samples.drain_target import SAMPLE as TARGETS
from scripts.runbooks.samples.fail_over_cache import SAMPLE as CACHE
from scripts.runbooks.web_acls import RULE, rate_limited
from tests.local_aws.conftest import Maker, eventually, unique

pytestmark = pytest.mark.local_aws


def roles(group: Any) -> dict[str, str]:
    (shard,) = group["NodeGroups"]
    return {each["CacheClusterId"]: each["CurrentRole"] for each in shard["NodeGroupMembers"]}


def test_a_replica_becomes_the_primary_of_its_shard(aws: LocalAws) -> None:
    client, name = aws.client("elasticache"), CACHE.make(aws).rsplit(":", 1)[-1]
    (group,) = client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
    before = roles(group)
    answer = client.test_failover(ReplicationGroupId=name, NodeGroupId="0001")["ReplicationGroup"]
    other = {"primary": "replica", "replica": "primary"}
    assert roles(answer) == {node: other[role] for node, role in before.items()}


def test_nothing_fails_over_without_a_replica_or_a_shard(aws: LocalAws) -> None:
    client, name = aws.client("elasticache"), unique("lone")
    client.create_replication_group(ReplicationGroupId=name, ReplicationGroupDescription="alone")
    with pytest.raises(client.exceptions.InvalidReplicationGroupStateFault):
        client.test_failover(ReplicationGroupId=name, NodeGroupId="0001")
    with pytest.raises(client.exceptions.NodeGroupNotFoundFault):
        client.test_failover(ReplicationGroupId=name, NodeGroupId="0002")


def test_a_target_that_does_not_answer_its_check_is_unhealthy(aws: LocalAws) -> None:
    found = aws.client("elbv2").describe_target_health(TargetGroupArn=TARGETS.make(aws))
    health = {each["Target"]["Id"]: each["TargetHealth"] for each in found["TargetHealthDescriptions"]}
    assert health["127.0.0.1"] == {"State": "healthy"}
    assert health["127.0.0.2"] == {"State": "unhealthy", "Reason": "Target.Timeout"}


def test_a_rate_based_rule_names_whom_it_turns_away(aws: LocalAws) -> None:
    waf, acl = aws.client("wafv2"), rate_limited(aws, over_limit="11.22.33.7/32 11.22.33.9/32")
    asked = {"Scope": "REGIONAL", "WebACLName": acl["Name"], "WebACLId": acl["Id"]}
    found = waf.get_rate_based_statement_managed_keys(**asked, RuleName=RULE)
    assert found["ManagedKeysIPV4"]["Addresses"] == ["11.22.33.7/32", "11.22.33.9/32"]
    assert found["ManagedKeysIPV6"]["Addresses"] == []
    with pytest.raises(waf.exceptions.WAFNonexistentItemException):
        waf.get_rate_based_statement_managed_keys(**asked, RuleName="another")


def test_a_web_acl_is_authorised_by_its_name_and_id(aws: LocalAws, make: Maker) -> None:
    mine, other = rate_limited(aws, over_limit=""), rate_limited(aws, over_limit="")
    caller = make.caller([{"Effect": "Allow", "Action": "wafv2:GetWebACL", "Resource": mine["ARN"]}])
    waf = aws.client("wafv2", **caller)
    assert waf.get_web_acl(Name=mine["Name"], Scope="REGIONAL", Id=mine["Id"])["WebACL"]["Id"] == mine["Id"]
    with pytest.raises(ClientError, match="not authorized"):
        waf.get_web_acl(Name=other["Name"], Scope="REGIONAL", Id=other["Id"])


def test_a_parameter_group_is_authorised_by_its_name(aws: LocalAws, make: Maker) -> None:
    names = [unique("orders") for _ in range(2)]
    arns = [
        aws.client("rds").create_db_parameter_group(
            DBParameterGroupName=name, DBParameterGroupFamily="mysql8.0", Description="of a test"
        )["DBParameterGroup"]["DBParameterGroupArn"]
        for name in names
    ]
    caller = make.caller([{"Effect": "Allow", "Action": "rds:DescribeDBParameters", "Resource": arns[0]}])
    rds = aws.client("rds", **caller)
    assert rds.describe_db_parameters(DBParameterGroupName=names[0])["Parameters"]
    with pytest.raises(ClientError, match="not authorized"):
        rds.describe_db_parameters(DBParameterGroupName=names[1])


def automation(aws: LocalAws, script: str) -> Any:
    """How an automation of one script ended, whose payload is `Name` = world."""
    ssm, name = aws.client("ssm"), unique("script")
    step = {
        "name": "Compute",
        "action": "aws:executeScript",
        "inputs": {
            "Runtime": "python3.11",
            "Handler": "handler",
            "InputPayload": {"Name": "world"},
            "Script": script,
        },
        "outputs": [{"Name": "Said", "Selector": "$.Payload.Said", "Type": "StringList"}],
    }
    content = {"schemaVersion": "0.3", "mainSteps": [step], "outputs": ["Compute.Said"]}
    ssm.create_document(Name=name, DocumentType="Automation", Content=json.dumps(content))
    run = ssm.start_automation_execution(DocumentName=name)["AutomationExecutionId"]

    def ended() -> Any:
        found = ssm.get_automation_execution(AutomationExecutionId=run)["AutomationExecution"]
        return found if found["AutomationExecutionStatus"] in ("Success", "Failed") else None

    return eventually(ended)


def test_a_script_computes_and_hands_on(aws: LocalAws) -> None:
    found = automation(aws, 'def handler(events, context):\n    return {"Said": ["hello", events["Name"]]}')
    assert found["AutomationExecutionStatus"] == "Success"
    assert found["Outputs"] == {"Compute.Said": ['["hello", "world"]']}


def test_a_script_without_a_role_has_no_credentials(aws: LocalAws) -> None:
    found = '{"Said": [each for each in os.environ if each.startswith("AWS")]}'
    script = f"import os\ndef handler(events, context):\n    return {found}"
    assert automation(aws, script)["Outputs"] == {"Compute.Said": ["[]"]}


def test_a_script_that_fails_fails_its_automation_with_its_words(aws: LocalAws) -> None:
    found = automation(aws, "def handler(events, context):\n    return events['Another']")
    assert found["AutomationExecutionStatus"] == "Failed"
    assert "Another" in found["FailureMessage"]
