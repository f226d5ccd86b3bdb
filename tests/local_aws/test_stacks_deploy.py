"""The product's own stacks, deployed into the local AWS: they stand, they start, and their roles hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_aws.deploy import deploy
from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from scripts.synth import synth
from shared.adapters.aws.dynamodb_untold import DynamodbUntold
from shared.domain.naming import Place
from shared.runbooks.restore_parameter import RUNBOOK
from tests.local_aws.conftest import credentials, eventually, unique

pytestmark = pytest.mark.local_aws

FUNCTIONS = (
    "Intake", "Detection", "Diagnosis", "Prediction", "Resolution", "Communication", "Coordinator",
    "Workflow", "Executor", "Anchor", "Health", "Reception", "Projector", "Dashboard",
    "Answering",
)  # fmt: skip
Become = Callable[[str], Callable[[str], Any]]


@pytest.fixture(scope="module")
def outputs(aws: LocalAws) -> dict[str, str]:
    """Every output of the five stacks by its key."""
    found = deploy(synth("local"), aws)
    return {key: value for stack in found.values() for key, value in stack.items()}


@pytest.fixture(scope="module")
def settings(aws: LocalAws, outputs: dict[str, str]) -> Callable[[str], dict[str, str]]:
    def of(function: str) -> dict[str, str]:
        given = aws.client("lambda").get_function_configuration(FunctionName=outputs[f"{function}Function"])
        return dict(given["Environment"]["Variables"])

    return of


@pytest.fixture(scope="module")
def become(aws: LocalAws, outputs: dict[str, str]) -> Become:
    """Clients with a function's own role, which is made to trust this account for that."""

    def as_function(function: str) -> Callable[[str], Any]:
        given = aws.client("lambda").get_function_configuration(FunctionName=outputs[f"{function}Function"])
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        }
        aws.client("iam").update_assume_role_policy(
            RoleName=given["Role"].rsplit("/", 1)[-1],
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        found = aws.client("sts").assume_role(RoleArn=given["Role"], RoleSessionName="test")
        return lambda service: aws.client(service, **credentials(found["Credentials"]))

    return as_function


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_finds_its_code_and_layers(aws: LocalAws, outputs: dict[str, str], function: str) -> None:
    """An empty event may be refused, but not because something could not be imported."""
    answer = aws.client("lambda").invoke(FunctionName=outputs[f"{function}Function"], Payload=b"{}")
    said = json.loads(answer["Payload"].read()) or {}
    assert not str(said.get("errorType", "")).startswith("Runtime.")


def test_change_capture_and_time_to_live_are_on(aws: LocalAws, outputs: dict[str, str]) -> None:
    dynamodb = aws.client("dynamodb")
    (capture,) = dynamodb.describe_kinesis_streaming_destination(TableName=outputs["EventsTable"])[
        "KinesisDataStreamDestinations"
    ]
    assert capture["DestinationStatus"] == "ACTIVE"
    for table in ("StateTable", "WaitsTable"):
        found = dynamodb.describe_time_to_live(TableName=outputs[table])["TimeToLiveDescription"]
        assert found["AttributeName"] == "ttl"


def test_the_slack_secret_is_for_those_who_talk_to_slack(outputs: dict[str, str], become: Become) -> None:
    for talking in ("Communication", "Reception"):
        secret = become(talking)("secretsmanager").get_secret_value(SecretId=outputs["SlackSecret"])
        assert set(json.loads(secret["SecretString"])) == {
            "token", "channel", "api_url", "signing_secret", "team",
        }  # fmt: skip
    with pytest.raises(ClientError, match="AccessDenied"):
        become("Workflow")("secretsmanager").get_secret_value(SecretId=outputs["SlackSecret"])


def test_the_sweep_looks_at_what_is_marked_with_communications_own_role(
    aws: LocalAws, outputs: dict[str, str]
) -> None:
    untold = DynamodbUntold(aws.client("dynamodb"), outputs["StateTable"])
    untold.mark("INC-nobody", 1)
    scheduled = json.dumps({"source": "aws.events", "detail-type": "Scheduled Event"}).encode()
    answer = aws.client("lambda").invoke(FunctionName=outputs["CommunicationFunction"], Payload=scheduled)
    assert "FunctionError" not in answer
    assert untold.some() == {}


def test_the_coordinator_verifies_every_mac_and_makes_only_its_own(
    aws: LocalAws, settings: Callable[[str], dict[str, str]], become: Become
) -> None:
    keys = json.loads(settings("Coordinator")["COMMANDER_MAC_KEYS"])
    kms, said = become("Coordinator")("kms"), {"Message": b"said", "MacAlgorithm": "HMAC_SHA_256"}
    for author, key in keys.items():
        mac = aws.client("kms").generate_mac(KeyId=key, **said)["Mac"]
        assert kms.verify_mac(KeyId=key, Mac=mac, **said)["MacValid"]
        if author == "coordinator":
            assert kms.generate_mac(KeyId=key, **said)["Mac"] == mac
            continue
        with pytest.raises(ClientError, match="AccessDenied"):
            kms.generate_mac(KeyId=key, **said)


def test_a_runbook_runs_for_the_executor_and_for_nobody_else(aws: LocalAws, become: Become) -> None:
    deployed = Place("local", ACCOUNT, REGION).deployed(RUNBOOK)
    session = {"RoleArn": deployed.role, "RoleSessionName": "incident", "SourceIdentity": "incident"}
    with pytest.raises(ClientError, match="AccessDenied"):
        become("Resolution")("sts").assume_role(**session)
    executor, name = become("Executor"), f"/{unique('pool')}"
    aws.client("ssm").put_parameter(Name=name, Value="5", Type="String")
    tags = [{"Key": "incident", "Value": "incident"}, {"Key": "runbook", "Value": RUNBOOK.id}]
    found = executor("sts").assume_role(**session, Tags=tags)["Credentials"]
    started = aws.client("ssm", **credentials(found)).start_automation_execution(
        DocumentName=deployed.document,
        DocumentVersion="1",
        Parameters={"Name": [name], "Value": ["50"]},
        Tags=tags,
    )
    run = started["AutomationExecutionId"]

    def ended() -> bool:
        status = executor("ssm").get_automation_execution(AutomationExecutionId=run)["AutomationExecution"]
        return bool(status["AutomationExecutionStatus"] == "Success")

    assert eventually(ended)
    assert aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == "50"
