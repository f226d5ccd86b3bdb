"""In another account: what is there, who may come in, and that only a person may break glass."""

import json
from collections import Counter
from itertools import chain

import pytest

from shared.runbooks.catalogue import remedies
from tests.stacks.templates import Templates
from tests.stacks.test_runbook_roles import HERE, SSM, trusts
from tests.stacks.undeclared import HOME, HUB, SANDBOX, TARGET

BREAK_GLASS = "BreakGlassRole"
LOOKERS = ("diagnosis", "prediction", "resolution", "workflow", "executor")
REVOKING = ("iam:PutRolePolicy", "iam:DeleteRolePolicy")


def test_each_account_has_a_stack_of_its_own_and_no_other(spokes: Templates) -> None:
    manifest = json.loads((spokes.assembly / "manifest.json").read_text())["artifacts"]
    where = {
        name: each["environment"]
        for name, each in manifest.items()
        if each["type"] == "aws:cloudformation:stack" and name.startswith("Spoke")
    }
    assert where == {f"Spoke-{account}": f"aws://{account}/unknown-region" for account in (SANDBOX, TARGET)}


def test_without_accounts_there_is_no_spoke(dev: Templates) -> None:
    assert not [name for name in dev.stacks if name.startswith("Spoke")]


@pytest.mark.parametrize("account", [SANDBOX, TARGET])
def test_the_look_role_reads_for_those_who_look(spokes: Templates, account: str) -> None:
    templates = spokes.only(f"Spoke-{account}")
    names = {f"arn:Partition:iam::{HUB}:role/commander-dev-{who}" for who in LOOKERS}
    assert trusts(templates, "LookRole") == {("sts:AssumeRole", name, "{}") for name in names}
    grants = templates.roles["LookRole"]
    reading = ("Get", "GET", "Describe", "List", "Simulate")
    assert not [action for action, _, _ in grants if not action.split(":")[1].startswith(reading)]
    named = {(action, on) for action, on, _ in grants}
    for remedy in remedies().values():
        deployed = HERE.deployed(remedy.runbook)
        assert ("ssm:GetDocument", f"{SSM}:document/{deployed.document}") in named
        assert ("iam:SimulatePrincipalPolicy", deployed.role) in named
        for one in remedy.runbook.observe:
            pattern = (one.on or remedy.runbook.target_arn).format(region="Region", account="AccountId")
            assert (one.action, pattern) in named


def test_only_break_glass_changes_a_role_and_only_while_it_is_bounded(
    dev: Templates, local: Templates, spokes: Templates
) -> None:
    for templates in (dev, local, spokes.only(f"Spoke-{SANDBOX}"), spokes.only(f"Spoke-{TARGET}")):
        who = {role for role, grants in templates.roles.items() for act, _, _ in grants if act in REVOKING}
        assert who == {BREAK_GLASS}
        putting = {grant for grant in templates.roles[BREAK_GLASS] if grant[0] == "iam:PutRolePolicy"}
        names = {id_ for id_, _ in templates.of("AWS::IAM::Role") if id_.removesuffix("Role") in TITLES}
        assert {on.removesuffix(".Arn") for _, on, _ in putting} == names
        (condition,) = {condition for _, _, condition in putting}
        bounded = json.loads(condition)["StringEquals"]["iam:PermissionsBoundary"]
        assert {templates.flat(each) for each in bounded} == {f"{name[:-4]}Most" for name in names}


TITLES = {
    "".join(part.capitalize() for part in id_.split("-")) + form
    for id_ in remedies()
    for form in ("", "Automation")
}


def test_break_glass_is_for_a_person_with_a_second_factor(dev: Templates, spokes: Templates) -> None:
    for templates, account in ((dev, "AccountId"), (spokes.only(f"Spoke-{TARGET}"), TARGET)):
        ((_, who, condition),) = trusts(templates, BREAK_GLASS)
        assert who == f"arn:Partition:iam::{account}:root"
        assert json.loads(condition) == {
            "Bool": {"aws:MultiFactorAuthPresent": "true"},
            "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
        }
        actions = {action for action, _, _ in templates.roles[BREAK_GLASS]}
        assert actions == {
            *REVOKING,
            "iam:GetRolePolicy",
            "iam:ListRolePolicies",
            "ssm:DescribeAutomationExecutions",
            "ssm:GetAutomationExecution",
            "ssm:StopAutomationExecution",
        }


def test_nobody_else_stops_automations_but_a_runbooks_own_session(dev: Templates) -> None:
    stopping = {role for role, grants in dev.roles.items() for act, _, _ in grants if "StopAutomation" in act}
    assert stopping - {BREAK_GLASS} == {f"{name}Role" for name in TITLES if not name.endswith("Automation")}


LIMITS = {"AWS::IAM::ManagedPolicy": 6_144, "AWS::IAM::Policy": 10_240}


def test_every_policy_fits_and_no_role_has_too_many(dev: Templates, spokes: Templates) -> None:
    """With references as long as they can be resolved to."""
    for templates in (dev, spokes):
        for kind, limit in LIMITS.items():
            for id_, policy in templates.of(kind):
                text = json.dumps(_resolved(policy["PolicyDocument"]), separators=(",", ":"))
                assert len(text) <= limit, id_
    for templates in (dev, spokes.only(f"Spoke-{TARGET}")):
        attached = Counter(
            chain.from_iterable(
                [id_] * (len(role.get("ManagedPolicyArns", [])) + _named(templates, id_))
                for id_, role in templates.of("AWS::IAM::Role")
            )
        )
        assert max(attached.values()) <= 10


def _named(templates: Templates, role: str) -> int:
    policies = (policy for _, policy in templates.of("AWS::IAM::ManagedPolicy"))
    return sum(role in map(templates.flat, policy.get("Roles", [])) for policy in policies)


PSEUDO = {"AWS::Partition": "aws-us-gov", "AWS::Region": "ap-southeast-2", "AWS::AccountId": "1" * 12}


def _resolved(value: object) -> object:
    """Every reference as a text: a pseudo parameter's longest, or an ARN of 100 characters."""
    if isinstance(value, list):
        return [_resolved(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(str(_resolved(part)) for part in parts)
    if len(value) == 1 and (kind := next(iter(value))) in ("Ref", "Fn::GetAtt", "Fn::ImportValue"):
        return PSEUDO.get(str(value[kind]), "a" * 100)
    return {key: _resolved(each) for key, each in value.items()}


def test_roles_are_named_by_their_stage_and_fit(dev: Templates, spokes: Templates) -> None:
    for templates in (dev, spokes):
        names = [role["RoleName"] for _, role in templates.of("AWS::IAM::Role") if "RoleName" in role]
        assert all(name.startswith("commander-dev-") and len(name) <= 64 for name in names)
    assert HOME.role("executor").endswith("role/commander-dev-executor")
