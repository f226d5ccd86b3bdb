"""Each runbook has one role, which only the executor may assume, and which may do one thing."""

import pytest

from shared.runbooks.catalogue import remedies
from tests.stacks.templates import Templates, listed

SSM = "arn:Partition:ssm:Region:AccountId"
RUNBOOKS = sorted(remedies())


def title(runbook: str) -> str:
    return "".join(part.capitalize() for part in runbook.split("-"))


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_only_the_executor_may_assume_it_with_identity_and_tags(dev: Templates, runbook: str) -> None:
    role = dict(dev.of("AWS::IAM::Role"))[f"{title(runbook)}Role"]
    statements = role["AssumeRolePolicyDocument"]["Statement"]
    trusted = {
        (action, dev.flat(each["Principal"]["AWS"]))
        for each in statements
        for action in listed(each["Action"])
    }
    actions = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")
    assert trusted == {(action, "ExecutorFunctionRole.Arn") for action in actions}
    assert {each["Effect"] for each in statements} == {"Allow"}


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_it_may_run_its_document_and_act_on_its_targets(dev: Templates, runbook: str) -> None:
    declared = remedies()[runbook].runbook
    document = f"{title(runbook)}Document"
    acts = [(declared.actions, declared.target_arn), *((each.actions, each.most) for each in declared.also)]
    started = (f"automation-definition/{document}:*", f"document/{document}", "automation-execution/*")
    expected = {("ssm:StartAutomationExecution", f"{SSM}:{each}", "") for each in started}
    expected |= {("ssm:AddTagsToResource", f"{SSM}:automation-execution/*", "")}
    expected |= {
        (action, pattern.format(region="Region", account="AccountId"), "")
        for actions, pattern in acts
        for action in actions
    }
    assert dev.roles[f"{title(runbook)}Role"] == expected


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_its_boundary_is_what_it_may_do(dev: Templates, runbook: str) -> None:
    role = dict(dev.of("AWS::IAM::Role"))[f"{title(runbook)}Role"]
    assert dev.flat(role["PermissionsBoundary"]) == f"{title(runbook)}Most"
    assert [dev.flat(each) for each in role["ManagedPolicyArns"]] == [f"{title(runbook)}Most"]
    assert "Policies" not in role


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_its_document_is_the_declared_one_at_version_1(dev: Templates, runbook: str) -> None:
    document = dict(dev.of("AWS::SSM::Document"))[f"{title(runbook)}Document"]
    assert document["Content"] == remedies()[runbook].runbook.document
    assert document["UpdateMethod"] == "Replace"
    assert "Name" not in document
    assert "assumeRole" not in document["Content"]


def test_the_executor_knows_every_runbook_and_nobody_else_may_assume_a_role(dev: Templates) -> None:
    able = {
        role: {resource for action, resource, _ in grants if action == "sts:AssumeRole"}
        for role, grants in dev.roles.items()
    }
    assert {role: found for role, found in able.items() if found} == {
        "ExecutorFunctionRole": {f"{title(each)}Role.Arn" for each in RUNBOOKS}
    }
