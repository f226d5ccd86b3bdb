"""The deployed product when something is wrong with it: an agent dies, a permission is missing."""

import io
import json
from collections.abc import Callable

import pytest
from rich.console import Console

from scripts.demo.play import perform
from scripts.demo.report import Run, report
from scripts.demo.stage import Stage, deployed
from scripts.demo.voice import Voice
from scripts.local_aws.process import LocalAws
from scripts.patient.storefront import Storefront
from scripts.scenarios import get

pytestmark = [pytest.mark.local_aws, pytest.mark.faults]


class Watched(Voice):
    """Keeps what is said, and acts when it hears a word."""

    def __init__(self, word: str = "", then: Callable[[], None] = lambda: None) -> None:
        super().__init__(Console(file=io.StringIO()))
        self._word, self._then, self.heard = word, then, []

    def say(self, text: str, style: str = "") -> None:
        self.heard.append(text)
        if self._word and self._word in text:
            self._word = ""
            self._then()


def cascade(
    *,
    prepare: Callable[[Stage], None] = lambda _: None,
    word: str = "",
    then: Callable[[Stage], None] | None = None,
) -> tuple[Run, list[str]]:
    """The cascade over a stage that was tampered with before, or when a word is heard."""
    with LocalAws() as aws:
        storefront = Storefront(aws)
        storefront.create()
        stage = deployed(aws, lambda _line: None)
        stage.watch_over(storefront.catalogue)
        prepare(stage)
        voice = Watched(word, lambda: then(stage) if then else None)
        with storefront:
            return perform(get("database_cascade"), stage, storefront, voice), voice.heard


def forbid(output: str, action: str) -> Callable[[Stage], None]:
    """Take one action away from the role of a function."""

    def take(stage: Stage) -> None:
        settings = stage.client("lambda").get_function_configuration(FunctionName=stage.outputs[output])
        _take_away(stage, settings["Role"].rpartition("/")[2], action)

    return take


def forbid_runbook(action: str) -> Callable[[Stage], None]:
    """Take one action away from the policy that is both grant and boundary of a runbook's role."""

    def take(stage: Stage) -> None:
        policies = stage.client("iam").list_policies(Scope="Local")["Policies"]
        assert sum(_take_from(stage, one["Arn"], action) for one in policies) == 1

    return take


def _take_from(stage: Stage, arn: str, action: str) -> bool:
    """Take an action from a managed policy; whether it was there."""
    iam, at = stage.client("iam"), {"PolicyArn": arn}
    version = iam.get_policy(**at)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(**at, VersionId=version)["PolicyVersion"]["Document"]
    taken = _without(document, action)
    if taken:
        iam.create_policy_version(**at, PolicyDocument=json.dumps(document), SetAsDefault=True)
    return taken


def _take_away(stage: Stage, role: str, action: str) -> None:
    iam, taken = stage.client("iam"), 0
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        taken += _without(document, action)
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
    for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        taken += _take_from(stage, policy["PolicyArn"], action)
    assert taken


def _without(document: dict, action: str) -> bool:
    """Remove an action from a policy, in place; whether it was there."""
    taken = False
    for statement in document["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if action in actions:
            statement["Action"] = [one for one in actions if one != action] or ["sts:GetCallerIdentity"]
            taken = True
    return taken


def test_diagnosis_killed_in_mid_incident_ends_in_a_degraded_quorum_and_one_execution():
    def kill(stage: Stage) -> None:
        stage.client("lambda").delete_function(FunctionName=stage.outputs["DiagnosisFunction"])

    run, heard = cascade(word="INCIDENT", then=kill)
    shown = report(run)
    assert shown["decision"] == "degraded_quorum", heard
    assert shown["status"] == "resolved"
    assert shown["actions_executed"] == 1
    diagnosis = next(one for one in shown["votes"] if one["agent"] == "diagnosis")
    assert diagnosis["confidence"] is None


@pytest.mark.parametrize(
    ("take", "action", "status"),
    [
        (forbid("ExecutorFunction", "sts:AssumeRole"), "sts:AssumeRole", "escalated"),
        (forbid_runbook("ssm:PutParameter"), "ssm:PutParameter", "rolled_back"),
        (
            forbid("CommunicationFunction", "secretsmanager:GetSecretValue"),
            "secretsmanager:GetSecretValue",
            "resolved",
        ),
    ],
    ids=["executor", "runbook", "communication"],
)
def test_one_missing_permission_is_named(take, action, status):
    run, heard = cascade(prepare=take)
    told = "\n".join([*heard, *run.dead_letters])
    assert action in told, told
    assert "not authorized" in told
    assert report(run)["status"] == status
    assert report(run)["actions_executed"] == (status == "resolved")
