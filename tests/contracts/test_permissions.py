"""What the policy simulator's answers mean, and what is said where there is nothing to ask."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from shared.adapters.aws.iam_permissions import IamPermissions
from shared.adapters.local.memory_permissions import NoPermissions
from shared.domain.naming import Place, Reach
from shared.domain.proposal import Proposal
from shared.domain.runbook import Form, Runbook
from shared.ports.permissions import Answer
from shared.runbooks.restore_parameter import RUNBOOK

HOME = Place("dev", "123456789012", "eu-central-1")
TARGET = HOME.ssm("parameter/shop/pool")
START = "ssm:StartAutomationExecution"


def proposal(target: str = TARGET) -> Proposal:
    return RUNBOOK.propose("api", target, Value="20")


class World:
    def __init__(self, aws: boto3.Session) -> None:
        client = aws.client("iam")
        self.iam, self.places = Stubber(client), list[Place]()

        def looking(place: Place) -> Any:
            self.places.append(place)
            return client

        self.permissions = IamPermissions(Reach(HOME, frozenset({"210987654321"})), looking)

    def answers(self, action: str, decision: str, *missing: str, **asked: Any) -> None:
        specific = {
            "EvalResourceName": TARGET,
            "EvalResourceDecision": decision,
            "MissingContextValues": list(missing),
        }
        result = {"EvalActionName": action, "EvalDecision": decision, "ResourceSpecificResults": [specific]}
        expected = asked or None
        self.iam.add_response("simulate_principal_policy", {"EvaluationResults": [result]}, expected)

    def simulate(self, runbook: Runbook = RUNBOOK, target: str = TARGET) -> tuple[Answer, str]:
        return self.permissions.simulate(runbook, proposal(target))


@pytest.fixture
def world(aws: boto3.Session) -> Iterator[World]:
    world = World(aws)
    with world.iam:
        yield world
        world.iam.assert_no_pending_responses()


def test_every_grant_and_the_start_are_asked_about_with_the_role(world: World) -> None:
    deployed = HOME.deployed(RUNBOOK)
    asked = {"PolicySourceArn": deployed.role, "ActionNames": ["ssm:PutParameter"], "ResourceArns": [TARGET]}
    world.answers("ssm:PutParameter", "allowed", **asked)
    document = HOME.ssm(f"document/{deployed.document}")
    asked = {"PolicySourceArn": deployed.role, "ActionNames": [START], "ResourceArns": [document]}
    world.answers(START, "allowed", **asked)
    assert world.simulate() == (Answer.ALLOWED, "")


@pytest.mark.parametrize("decision", ["implicitDeny", "explicitDeny"])
def test_a_denial_names_action_and_resource(world: World, decision: str) -> None:
    world.answers("ssm:PutParameter", decision)
    world.answers(START, "allowed")
    assert world.simulate() == (Answer.DENIED, f"ssm:PutParameter on {TARGET}: {decision}")


def test_what_hangs_on_a_tag_cannot_be_said(world: World) -> None:
    book = RUNBOOK.model_copy(update={"form": Form.ROLE})
    tag = "aws:ResourceTag/commander:managed"
    world.answers("ssm:PutParameter", "implicitDeny", tag)
    world.answers(START, "allowed")
    assert world.simulate(book) == (Answer.IMPOSSIBLE, f"ssm:PutParameter hangs on {tag}")


def test_a_denial_counts_more_than_what_cannot_be_said(world: World) -> None:
    world.answers("ssm:PutParameter", "implicitDeny", "aws:ResourceTag/commander:managed")
    world.answers(START, "implicitDeny")
    assert world.simulate()[0] is Answer.DENIED


def test_an_answer_that_leaves_an_action_out_is_none(world: World) -> None:
    world.iam.add_response("simulate_principal_policy", {"EvaluationResults": []})
    world.answers(START, "allowed")
    assert world.simulate()[0] is Answer.IMPOSSIBLE


def test_a_simulator_that_fails_says_nothing(world: World) -> None:
    world.iam.add_client_error("simulate_principal_policy", "AccessDenied", "not authorized")
    answer, why = world.simulate()
    assert answer is Answer.IMPOSSIBLE
    assert "not authorized" in why


def test_where_the_stage_does_not_act_nobody_is_asked(world: World) -> None:
    answer, why = world.simulate(target=TARGET.replace("123456789012", "999999999999"))
    assert answer is Answer.IMPOSSIBLE
    assert "999999999999" in why
    assert world.places == []


def test_in_a_spoke_its_own_role_is_asked_about(world: World) -> None:
    there = Place("dev", "210987654321", "eu-central-1")
    world.answers("ssm:PutParameter", "allowed")
    world.answers(START, "allowed")
    assert world.simulate(target=TARGET.replace(HOME.account, there.account)) == (Answer.ALLOWED, "")
    assert set(world.places) == {there}


def test_where_there_is_nothing_to_ask_it_says_so() -> None:
    no = NoPermissions("the local AWS ignores boundaries")
    assert no.simulate(RUNBOOK, proposal()) == (Answer.IMPOSSIBLE, "the local AWS ignores boundaries")
