"""Each runbook has one role, which only the executor may assume, and which may do one thing."""

import json

import pytest

from shared.domain.naming import Place
from shared.domain.runbook import Form, Runbook
from shared.runbooks.catalogue import remedies
from tests.stacks.templates import Grant, Templates, listed
from tests.stacks.undeclared import HOME, HUB, SANDBOX, TARGET, role_form

HERE = Place("dev", "AccountId", "Region", "Partition")
SSM = "arn:Partition:ssm:Region:AccountId"
RUNBOOKS = sorted(remedies())
SESSIONS = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")


def title(runbook: str) -> str:
    return "".join(part.capitalize() for part in runbook.split("-"))


def trusts(templates: Templates, role: str) -> set[Grant]:
    """(action, who, condition) of a role's trust policy."""
    statements = dict(templates.of("AWS::IAM::Role"))[role]["AssumeRolePolicyDocument"]["Statement"]
    assert {each["Effect"] for each in statements} == {"Allow"}
    return {
        (action, templates.flat(who), json.dumps(each.get("Condition", {})))
        for each in statements
        for action in listed(each["Action"])
        for kind in each["Principal"].values()
        for who in listed(kind)
    }


def sessions(executor: str, runbook: str) -> set[Grant]:
    identified = json.dumps({"StringLike": {"sts:SourceIdentity": "?*"}})
    tagged = json.dumps({"StringEquals": {"aws:RequestTag/runbook": runbook}})
    return {
        ("sts:AssumeRole", executor, identified),
        ("sts:SetSourceIdentity", executor, identified),
        ("sts:TagSession", executor, tagged),
    }


def runs(document: str) -> set[Grant]:
    started = (f"automation-definition/{document}:*", f"document/{document}", "automation-execution/*")
    marked = ("ssm:AddTagsToResource", "ssm:StopAutomationExecution")
    return {
        *(("ssm:StartAutomationExecution", f"{SSM}:{each}", "") for each in started),
        *((action, f"{SSM}:automation-execution/*", "") for action in marked),
    }


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_only_the_executor_may_assume_it_with_identity_and_tags(
    dev: Templates, spokes: Templates, runbook: str
) -> None:
    role = f"{title(runbook)}Role"
    assert trusts(dev, role) == sessions("ExecutorFunctionRole.Arn", runbook)
    for account in (SANDBOX, TARGET):
        executor = f"arn:Partition:iam::{HUB}:role/commander-dev-executor"
        assert trusts(spokes.only(f"Spoke-{account}"), role) == sessions(executor, runbook)


def acts(runbook: Runbook) -> set[Grant]:
    """What its document does; in the role form on what is tagged, where the action knows tags."""
    tag = {"StringEquals": {"aws:ResourceTag/commander:managed": "true"}}
    managed = json.dumps(tag) if runbook.form is Form.ROLE else ""
    grants = [(runbook.actions, runbook.target_arn), *((each.actions, each.most) for each in runbook.also)]
    found = {
        (action, arn.format(region="Region", account="AccountId"), managed)
        for actions, arn in grants
        for action in actions
    }
    found = {(action, arn, "" if action in runbook.untagged else tag) for action, arn, tag in found}
    command = HERE.deployed(runbook).command
    return found | ({("ssm:SendCommand", f"{SSM}:document/{command}", "")} if command else set())


def passing(role: str) -> set[Grant]:
    """The role form's session may pass its automation role on, and to Systems Manager only."""
    return {
        ("iam:PassRole", role, json.dumps({"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}}))
    }


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_it_may_run_its_document_and_act_on_its_targets(
    dev: Templates, spokes: Templates, runbook: str
) -> None:
    declared = remedies()[runbook].runbook
    deployed = HERE.deployed(declared)
    for templates in (dev, spokes.only(f"Spoke-{TARGET}")):
        session = templates.roles[f"{title(runbook)}Role"]
        if declared.form is Form.CALLER:
            assert session == runs(deployed.document) | acts(declared)
        else:
            assert session == runs(deployed.document) | passing(deployed.automation_role)
            assert templates.roles[f"{title(runbook)}AutomationRole"] == acts(declared)


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_its_boundary_is_what_it_may_do(dev: Templates, runbook: str) -> None:
    role = dict(dev.of("AWS::IAM::Role"))[f"{title(runbook)}Role"]
    assert dev.flat(role["PermissionsBoundary"]) == f"{title(runbook)}Most"
    assert [dev.flat(each) for each in role["ManagedPolicyArns"]] == [f"{title(runbook)}Most"]
    assert "Policies" not in role


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_its_document_is_the_declared_one_under_a_name_that_pins_it(
    dev: Templates, spokes: Templates, runbook: str
) -> None:
    declared = remedies()[runbook].runbook
    for templates in (dev, spokes.only(f"Spoke-{SANDBOX}")):
        document = dict(templates.of("AWS::SSM::Document"))[f"{title(runbook)}Document"]
        assert json.loads(document["Content"]) == declared.document
        assert document["UpdateMethod"] == "Replace"
        assert document["Name"] == HERE.deployed(declared).document
        assert len(document["Name"]) <= 128


def test_a_document_that_changes_is_another_document() -> None:
    declared = remedies()["restore-parameter"].runbook
    changed = declared.model_copy(update={"document": {**declared.document, "description": "Another."}})
    assert HERE.deployed(changed).document != HERE.deployed(declared).document
    assert HERE.deployed(changed).role == HERE.deployed(declared).role


LOOKING = ("Detection", "Diagnosis", "Prediction", "Resolution", "Workflow")
"""Whose functions look at targets, in other accounts too."""


def test_the_executor_knows_every_runbook_and_nobody_else_may_assume_a_role(
    dev: Templates, spokes: Templates
) -> None:
    roles = {HERE.deployed(remedy.runbook).role for remedy in remedies().values()}
    assert able(dev, *SESSIONS) == {"ExecutorFunctionRole": roles}
    away = {role.replace("AccountId", account) for role in roles for account in (SANDBOX, TARGET)}
    looks = {f"arn:Partition:iam::{account}:role/commander-dev-look" for account in (SANDBOX, TARGET)}
    assert able(spokes, "sts:AssumeRole") == {
        "ExecutorFunctionRole": roles | away | looks,
        **{f"{who}FunctionRole": looks for who in LOOKING},
    }
    assert able(spokes, "sts:TagSession") == {"ExecutorFunctionRole": roles | away}


def able(templates: Templates, *actions: str) -> dict[str, set[str]]:
    """Role -> on what it may do each of the actions."""
    found: dict[str, list[set[str]]] = {
        role: [{on for each, on, _ in grants if each == action} for action in actions]
        for role, grants in templates.roles.items()
    }
    assert all(len(set(map(frozenset, each))) == 1 for each in found.values())
    return {role: each[0] for role, each in found.items() if each[0]}


def test_in_the_role_form_the_session_starts_and_passes_and_the_automation_acts_on_what_is_tagged(
    spokes: Templates,
) -> None:
    templates, book = spokes.only("RoleForm"), role_form()
    deployed = HOME.deployed(book)
    executions = HOME.ssm("automation-execution/*")
    started = (
        HOME.ssm(f"automation-definition/{deployed.document}:*"),
        HOME.ssm(f"document/{deployed.document}"),
        executions,
    )
    assert templates.roles["RestoreParametersRole"] == {
        *(("ssm:StartAutomationExecution", each, "") for each in started),
        ("ssm:AddTagsToResource", executions, ""),
        ("ssm:StopAutomationExecution", executions, ""),
        *passing(deployed.automation_role),
    }
    managed = json.dumps({"StringEquals": {"aws:ResourceTag/commander:managed": "true"}})
    parameters = f"{SSM}:parameter/*".replace("Partition", "aws")
    assert templates.roles["RestoreParametersAutomationRole"] == {
        ("ssm:PutParameter", parameters, managed),
        ("ssm:LabelParameterVersion", parameters, ""),
    }
    ours = json.dumps({"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}})
    assert trusts(templates, "RestoreParametersAutomationRole") == {
        ("sts:AssumeRole", "ssm.amazonaws.com", ours)
    }
    role = dict(templates.of("AWS::IAM::Role"))["RestoreParametersAutomationRole"]
    assert templates.flat(role["PermissionsBoundary"]) == "RestoreParametersAutomationMost"
