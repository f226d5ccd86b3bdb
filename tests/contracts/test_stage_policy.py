"""A deployed stage is asked about its policy as its workflow function asks: `commander policy`, on moto."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from scripts.commander.reached import Reached
from scripts.policy.page import page
from scripts.policy.stage import CLOCK, StagePolicy
from scripts.synth import REPOSITORY
from shared.domain.autonomy import Autonomy, LevelChange
from shared.domain.errors import CommandRefused, InvalidConfiguration, UnknownService
from shared.domain.policy import Outcome, PolicyConfig, PolicyRequest
from shared.domain.service import Service, ServiceCatalogue, Tier
from shared.ports.controls import KillSwitch
from shared.settings import Setting
from tests.policies import HERE, TARGET

NAME = "/shop/pool"
PARAMETER = f"arn:aws:ssm:eu-central-1:123456789012:parameter{NAME}"
SHOP = ServiceCatalogue(
    services=(
        Service(name="web", application="shop", depends_on=("checkout",)),
        Service(
            name="checkout",
            application="shop",
            tier=Tier.CRITICAL,
            resources={"parameter": PARAMETER, "ecs_service": TARGET},
        ),
    )
)
CONFIG = PolicyConfig(autonomy=Autonomy.AUTONOMOUS, places=frozenset({HERE, "123456789012/eu-central-1"}))


@dataclass(frozen=True)
class Deployed:
    """The workflow function's settings."""

    settings: dict[str, str]

    def get_function_configuration(self, **_: Any) -> dict[str, Any]:
        return {"Environment": {"Variables": self.settings}}


@pytest.fixture
def reached(aws: boto3.Session, table: str) -> Callable[..., Reached]:
    def at(settings: dict[str, str]) -> Reached:
        def client(name: str) -> Any:
            return Deployed(settings) if name == "lambda" else aws.client(name)

        return Reached(client, {"StateTable": table, "WorkflowFunction": "workflow"})

    return at


@pytest.fixture
def policy(reached: Callable[..., Reached]) -> StagePolicy:
    made = StagePolicy(reached({Setting.POLICY.value: CONFIG.model_dump_json()}))
    made.catalogue.save(SHOP)
    return made


def outcome(policy: StagePolicy, **changed: Any) -> tuple[str, list[str]]:
    asked = policy.of_remedy("restore-parameter", "checkout").plain()
    said = policy.engine.decide(PolicyRequest.model_validate({**asked, "decision": "quorum", **changed}))
    return said.outcome, [rule.id for rule in said.rules]


def test_every_fact_comes_from_the_stage(policy: StagePolicy, aws: boto3.Session) -> None:
    tags = [{"Key": "team", "Value": "shop"}]
    aws.client("ssm").put_parameter(Name=NAME, Value="5", Type="String", Tags=tags)
    asked = policy.of_remedy("restore-parameter", "checkout")
    assert asked.unknown == ()
    assert (asked.target, asked.tags, asked.depending) == (PARAMETER, {"team": "shop"}, 1)
    assert outcome(policy) == (Outcome.PERMIT, ["autonomous"])


def test_the_kill_switch_and_the_levels_count_at_once(policy: StagePolicy) -> None:
    change = LevelChange(
        runbook="restore-parameter",
        tier=Tier.CRITICAL,
        level=Autonomy.APPROVE,
        reason="r",
        by=policy.caller,
        at=CLOCK.now(),
    )
    policy.controls.demote(change)
    assert outcome(policy) == (Outcome.NEEDS_APPROVAL, ["approved"])
    assert outcome(policy, approvers=["ada"]) == (Outcome.PERMIT, ["approved"])
    policy.controls.switch(KillSwitch(on=True, by=policy.caller, at=CLOCK.now(), reason="r"))
    assert outcome(policy, approvers=["ada"]) == (Outcome.DENY, ["kill-switch"])


def test_what_cannot_be_asked_is_said(policy: StagePolicy) -> None:
    with pytest.raises(UnknownService):
        policy.of_remedy("restore-parameter", "nobody")
    with pytest.raises(CommandRefused, match="restore-parameter is no runbook for web; these are: none"):
        policy.of_remedy("restore-parameter", "web")
    with pytest.raises(CommandRefused, match=r"these are: .*restore-parameter"):
        policy.of_remedy("no-such", "checkout")


def test_a_stage_without_policy_says_so(reached: Callable[..., Reached]) -> None:
    with pytest.raises(InvalidConfiguration, match="workflow has no policy: deploy the stage again"):
        _ = StagePolicy(reached({})).config


def test_the_page_of_rules_is_current() -> None:
    assert (REPOSITORY / "docs" / "policy.md").read_text(encoding="utf-8") == page()
