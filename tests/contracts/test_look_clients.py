"""At home a function looks as itself; in a spoke as its look role, asked for once until it is nearly over."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from shared.adapters.aws.look_clients import LookClients
from shared.adapters.local.manual_clock import ManualClock
from shared.domain.errors import AccessDenied, OutOfReach
from shared.domain.naming import Place, Reach
from shared.runbooks.restore_parameter import RUNBOOK

HOME = Place("dev", "123456789012", "eu-central-1")
SPOKE = Place("dev", "210987654321", "eu-central-1")


class World:
    def __init__(self, aws: boto3.Session) -> None:
        sts = aws.client("sts")
        self.sts, self.clock, self.made = Stubber(sts), ManualClock(), list[str]()

        def session_client(service: str, credentials: Any) -> str:
            self.made.append(credentials["SessionToken"])
            return f"{service} as {credentials['SessionToken']}"

        reach = Reach(HOME, frozenset({SPOKE.account}))
        self.looks = LookClients(reach, sts, lambda service: f"own {service}", session_client, self.clock)

    def assumes(self, token: str) -> None:
        credentials = {
            "AccessKeyId": "A" * 20,
            "SecretAccessKey": "s",
            "SessionToken": token,
            "Expiration": self.clock.now() + timedelta(minutes=15),
        }
        asked = {
            "RoleArn": "arn:aws:iam::210987654321:role/commander-dev-look",
            "RoleSessionName": "commander-dev",
            "DurationSeconds": 900,
        }
        self.sts.add_response("assume_role", {"Credentials": credentials}, asked)


@pytest.fixture
def world(aws: boto3.Session) -> Iterator[World]:
    world = World(aws)
    with world.sts:
        yield world
        world.sts.assert_no_pending_responses()


def test_at_home_nothing_is_assumed(world: World) -> None:
    assert world.looks.at(HOME, "ssm") == "own ssm"


def test_in_a_spoke_one_session_serves_until_it_is_nearly_over(world: World) -> None:
    world.assumes("first")
    assert world.looks.at(SPOKE, "ssm") == "ssm as first"
    world.clock.advance(timedelta(minutes=12))
    assert world.looks.at(SPOKE, "ecs") == "ecs as first"
    world.clock.advance(timedelta(minutes=1))
    world.assumes("second")
    assert world.looks.at(SPOKE, "ssm") == "ssm as second"


def test_a_spoke_that_does_not_let_it_look_says_so(world: World) -> None:
    world.sts.add_client_error("assume_role", "AccessDenied", "not authorized to perform: sts:AssumeRole")
    with pytest.raises(AccessDenied, match="sts:AssumeRole"):
        world.looks.at(SPOKE, "ssm")


def test_a_target_elsewhere_is_not_looked_at_as_if_it_were_here(world: World) -> None:
    with pytest.raises(OutOfReach):
        world.looks.observe(RUNBOOK, "arn:aws:ssm:eu-central-1:999999999999:parameter/shop/pool")
    assert world.made == []
