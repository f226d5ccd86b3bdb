"""The doctor before a deploy: what is missing is named with what to do, and what cannot be asked is said."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from scripts.commander.reached import PARTS
from scripts.doctor import channels
from scripts.doctor.examination import examine
from scripts.doctor.finding import Finding, Level
from scripts.doctor.subject import Subject, seen
from stacks.stage import StageConfig, read_stage

SECONDS = {"detection": 60, "diagnosis": 180, "prediction": 90, "resolution": 300}
DEV = {"watch_seconds": 300, "investigate_seconds": SECONDS, "vote_seconds": 40, "autonomy": "L1"}
MAIL = {"channels": {"email": {"sender": "commander@example.org", "to": "team@example.org"}}}


def fails(code: str, message: str = "") -> Callable[..., Any]:
    def call(*_: Any, **__: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": message}}, "Operation")

    return call


def gives(**answer: Any) -> Callable[..., Any]:
    return lambda **_: answer


def pages(**answer: Any) -> Callable[..., Any]:
    return lambda _operation: SimpleNamespace(paginate=lambda **_: [answer])


QUOTAS = [
    {"QuotaName": "Registered state machines", "Value": 10_000.0},
    {"QuotaName": "Customer Master Keys (CMKs)", "Value": 100_000.0},
]


@dataclass
class Aws:
    """An account with nothing in it and nothing wrong with it."""

    calls: dict[str, Callable[..., Any]] = field(default_factory=dict)
    meta: Any = field(default_factory=lambda: SimpleNamespace(region_name="eu-central-1"))

    def __post_init__(self) -> None:
        limits = {"UnreservedConcurrentExecutions": 1_000, "ConcurrentExecutions": 1_000}
        self.calls = {
            "describe_stacks": fails("ValidationError", "Stack with id x does not exist"),
            "get_caller_identity": gives(Arn="arn:aws:iam::111122223333:user/ada", Account="111122223333"),
            "get_parameter": gives(Parameter={"Value": "21"}),
            "get_account_settings": gives(AccountLimit=limits),
            "describe_limits": gives(ShardLimit=500, OpenShardCount=2),
            "get_paginator": pages(Quotas=QUOTAS),
            "get_email_identity": gives(VerifiedForSendingStatus=True),
            "get_account": gives(ProductionAccessEnabled=True),
            **self.calls,
        }

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return self.calls[name]


def config(**more: Any) -> StageConfig:
    return read_stage({"dev": {**DEV, **more}}, "dev")


def found(aws: Aws, **more: Any) -> list[Finding]:
    return list(examine(seen("dev", config(**more), lambda _service: aws)))


def test_an_account_that_is_ready_has_nothing_wrong_and_says_what_is_missing() -> None:
    said = found(Aws())
    assert {one.level for one in said} == {Level.OK, Level.WARNING}
    [missing] = [one for one in said if one.level is Level.WARNING]
    assert (missing.check, missing.fix) == ("stacks", "npx aws-cdk@2 deploy --all -c stage=dev")
    assert [one.said for one in said if one.check == "model"] == [
        "none is configured, so no access is needed: agents judge by code alone"
    ]


@pytest.mark.parametrize(
    ("calls", "more", "check", "words"),
    [
        ({"get_caller_identity": fails("ExpiredToken")}, {}, "credentials", "aws sso login"),
        ({}, {"accounts": {"hub": "444455556666"}}, "credentials", "accounts.hub"),
        ({"get_parameter": fails("ParameterNotFound")}, {}, "bootstrap", "aws-cdk@2 bootstrap"),
        ({"get_parameter": gives(Parameter={"Value": "5"})}, {}, "bootstrap", "aws-cdk@2 bootstrap"),
        (
            {"get_account_settings": gives(
                AccountLimit={"UnreservedConcurrentExecutions": 10, "ConcurrentExecutions": 10}
            )},
            {}, "lambda concurrency", "Service Quotas",
        ),
        ({"describe_limits": gives(ShardLimit=3, OpenShardCount=2)}, {}, "kinesis shards", "Service Quotas"),
        (
            {"get_paginator": pages(Quotas=[{**one, "Value": 1.0} for one in QUOTAS])},
            {}, "kms quota", "Service Quotas",
        ),
        ({"get_email_identity": gives(VerifiedForSendingStatus=False)}, MAIL, "mail", "create-email"),
        ({"get_email_identity": fails("NotFoundException")}, MAIL, "mail", "create-email"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_fix(
    calls: dict[str, Any], more: dict[str, Any], check: str, words: str
) -> None:
    wrong = [one for one in found(Aws(calls), **more) if one.level is Level.WRONG]
    assert check in {one.check for one in wrong}
    assert all(words in one.fix for one in wrong if one.check == check)


@pytest.mark.parametrize(
    "call", ["get_parameter", "get_account_settings", "describe_limits", "get_paginator", "describe_stacks"]
)
def test_a_check_that_is_not_allowed_is_said_and_the_rest_goes_on(call: str) -> None:
    denied = "is not authorized to perform"
    said = found(Aws({call: fails("AccessDeniedException", denied)}))
    [unchecked] = [one for one in said if one.level is Level.UNKNOWN]
    assert denied in unchecked.said
    assert not [one for one in said if one.level is Level.WRONG]
    assert {"credentials", "model"} <= {one.check for one in said}


def test_without_credentials_nothing_crashes() -> None:
    def call(**_: Any) -> Any:
        raise NoCredentialsError

    said = found(Aws(dict.fromkeys(Aws().calls, call) | {"get_paginator": pages(Quotas=QUOTAS)}))
    assert [one.check for one in said if one.level is Level.WRONG] == ["credentials"]


def test_a_verified_sender_in_the_sandbox_is_warned_about() -> None:
    said = found(Aws({"get_account": gives(ProductionAccessEnabled=False)}), **MAIL)
    assert [(one.level, one.check) for one in said if one.check == "mail"] == [
        (Level.OK, "mail"),
        (Level.WARNING, "mail"),
    ]


def test_a_half_deployed_stage_is_wrong() -> None:
    def stacks(StackName: str) -> Any:  # noqa: N803
        if StackName.endswith("-Agents"):
            return fails("ValidationError", "Stack does not exist")()
        return {"Stacks": [{"Outputs": []}]}

    [stack] = [one for one in found(Aws({"describe_stacks": stacks})) if one.check == "stacks"]
    assert (stack.level, stack.said) == (Level.WRONG, "Agents missing")


def deployed(outputs: dict[str, str], stage: StageConfig | None = None, **calls: Any) -> Subject:
    aws = Aws(calls)
    return Subject("dev", stage or config(), lambda _service: aws, outputs, frozenset(PARTS))


@pytest.mark.parametrize(
    ("secret", "versions", "level"),
    [
        ('{"token": "xoxb-1", "channel": "C1"}', 2, Level.OK),
        ('{"token": "aB3dE5fG", "channel": ""}', 1, Level.WRONG),
        ('{"token": "aB3dE5fG", "channel": "C1"}', 2, Level.WRONG),
        ('{"token": "xoxb-1", "channel": ""}', 2, Level.WRONG),
        ('{"token": "xoxb-1", "channel": "C1", "signing_secret": ""}', 2, Level.WARNING),
        ('{"token": "xoxb-1", "channel": "C1", "signing_secret": "s", "team": "T0"}', 2, Level.OK),
        ("xoxb-1", 2, Level.WRONG),
    ],
)
def test_a_secret_that_nobody_filled_in_is_seen_and_never_shown(
    secret: str, versions: int, level: Level
) -> None:
    subject = deployed(
        {"SlackSecret": "arn"},
        describe_secret=gives(VersionIdsToStages=dict.fromkeys(map(str, range(versions)))),
        get_secret_value=gives(SecretString=secret),
    )
    [one] = channels.secrets(subject)
    assert one.level is level
    assert "xoxb-1" not in one.model_dump_json()
    assert "aB3dE5fG" not in one.model_dump_json()


@pytest.mark.parametrize("team", ["", ', "team": ""'])
def test_that_clicks_of_any_workspace_count_is_said(team: str) -> None:
    secret = f'{{"token": "xoxb-1", "channel": "C1", "signing_secret": "s"{team}}}'
    subject = deployed(
        {"SlackSecret": "arn"},
        describe_secret=gives(VersionIdsToStages={"1": [], "2": []}),
        get_secret_value=gives(SecretString=secret),
    )
    [one] = channels.secrets(subject)
    assert one.level is Level.WARNING
    assert "by the member's id alone, from any workspace" in one.said


ROUTING = '{"routing_key": "R0", "api_url": "https://x", "webhook_secret": ""}'


@pytest.mark.parametrize(
    ("versions", "secret", "pagerduty", "level"),
    [
        (1, ROUTING, True, Level.WRONG),
        (2, ROUTING, True, Level.WARNING),
        (2, ROUTING.replace(': ""', ': "w"'), True, Level.OK),
        (1, ROUTING, False, Level.OK),
    ],
)
def test_a_routing_key_that_was_never_put_is_the_generated_one(
    versions: int, secret: str, pagerduty: bool, level: Level
) -> None:
    subject = deployed(
        {"PagerdutySecret": "arn"},
        config(channels={"pagerduty": pagerduty}),
        describe_secret=gives(VersionIdsToStages=dict.fromkeys(map(str, range(versions)))),
        get_secret_value=gives(SecretString=secret),
    )
    assert [one.level for one in channels.secrets(subject)] == [level]


def test_who_has_not_confirmed_does_not_listen() -> None:
    waiting = {"SubscriptionArn": "PendingConfirmation"}
    subject = deployed(
        {"LastResortTopic": "arn:1", "AlarmTopic": "arn:2"}, get_paginator=pages(Subscriptions=[waiting])
    )
    said = list(channels.listeners(subject))
    assert [one.level for one in said] == [Level.WRONG, Level.WRONG]
    assert "wait for their confirmation" in said[0].said
