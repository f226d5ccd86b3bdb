"""The executor's automations really run, as sessions that can do this one thing; observations see it."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta

import pytest

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from scripts.runbooks.sample import eventually, unique
from scripts.runbooks.trial import SSM, Trial
from shared.domain.errors import AccessDenied, NotPinned
from shared.domain.proposal import Proposal
from shared.ports.executor import Issued, Run
from shared.runbooks import clean_disk, restore_parameter

pytestmark = pytest.mark.local_aws


def parameter(aws: LocalAws, *values: str) -> tuple[str, str]:
    """Name and ARN of a parameter that had these values."""
    name = f"/shop/{unique('pool')}"
    for value in values:
        aws.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    return name, f"{SSM}:parameter{name}"


def value(aws: LocalAws, name: str) -> str:
    return str(aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])


def restoring(name: str, to: str = "20") -> Proposal:
    return Proposal(
        runbook="restore-parameter",
        version=1,
        service="api",
        target=f"{SSM}:parameter{name}",
        parameters={"Name": name, "Value": to},
    )


@pytest.fixture
def stage(aws: LocalAws) -> Trial:
    return Trial(aws, restore_parameter.RUNBOOK)


def test_a_parameter_is_observed_with_its_last_two_values_in_order(aws: LocalAws, stage: Trial) -> None:
    name, target = parameter(aws, "5", "20", "2")
    assert stage.ended(stage.start(restoring(name))).status == "succeeded"
    after = stage.observe(target)
    assert after["value"] == "20"
    assert [each["value"] for each in after["history"]] == ["2", "20"]
    assert isinstance(after["history"][-1]["at"], datetime)


def test_a_session_cannot_touch_another_parameter(aws: LocalAws, stage: Trial) -> None:
    (mine, _), (other, other_arn) = parameter(aws, "2"), parameter(aws, "2")
    assert stage.ended(stage.start(restoring(mine))).status == "succeeded"
    session = aws.client("ssm", **stage.sessions[-1])
    run = session.start_automation_execution(
        DocumentName=stage.document, DocumentVersion="1", Parameters={"Name": [other], "Value": ["20"]}
    )["AutomationExecutionId"]
    failed = stage.ended(Run(run, "running"))
    assert failed.status == "failed"
    assert "AccessDenied" in failed.reason
    assert "ssm:PutParameter" in failed.reason
    assert other_arn in failed.reason
    assert value(aws, other) == "2"


@pytest.mark.parametrize(
    "request_",
    [
        {"DocumentVersion": "2"},
        {"DocumentVersion": "$LATEST"},
        {},
    ],
)
def test_a_session_cannot_start_another_version(
    aws: LocalAws, stage: Trial, request_: dict[str, str]
) -> None:
    name, _ = parameter(aws, "2")
    stage.ended(stage.start(restoring(name)))
    session = aws.client("ssm", **stage.sessions[-1])
    with pytest.raises(session.exceptions.ClientError, match="AccessDenied"):
        session.start_automation_execution(
            DocumentName=stage.document, Parameters={"Name": [name], "Value": ["9"]}, **request_
        )


def test_a_token_starts_one_automation_and_finds_it(aws: LocalAws, stage: Trial) -> None:
    name, _ = parameter(aws, "2")
    token = str(uuid.uuid4())
    assert stage.executor.find(token) is None
    run = stage.ended(stage.start(restoring(name), token))
    assert stage.start(restoring(name, "30"), token) == stage.executor.find(token) == run
    assert value(aws, name) == "20"
    assert stage.executor.find(str(uuid.uuid4())) is None


def test_an_automation_is_tagged_with_its_incident_and_runs_as_its_session(
    aws: LocalAws, stage: Trial
) -> None:
    name, _ = parameter(aws, "2")
    run = stage.ended(stage.start(restoring(name)))
    ssm = aws.client("ssm")
    tags = ssm.list_tags_for_resource(ResourceType="Automation", ResourceId=run.id)["TagList"]
    assert {"Key": "incident", "Value": "01INCIDENT"} in tags
    by = ssm.get_automation_execution(AutomationExecutionId=run.id)["AutomationExecution"]["ExecutedBy"]
    assert by.endswith("/01INCIDENT")


def test_a_session_whose_time_is_over_starts_nothing(aws: LocalAws, stage: Trial) -> None:
    name, _ = parameter(aws, "2")
    stage.clock.advance(-timedelta(minutes=10))
    with pytest.raises(AccessDenied, match="ssm:StartAutomationExecution") as raised:
        stage.start(restoring(name))
    assert f"assumed-role/{stage.role.rsplit('/', 1)[-1]}/01INCIDENT" in str(raised.value)
    assert stage.document in str(raised.value)
    assert value(aws, name) == "2"


def test_a_session_ends_long_before_sts_would_end_it(aws: LocalAws, stage: Trial) -> None:
    name, _ = parameter(aws, "2")
    stage.clock.advance(-timedelta(seconds=116))  # four of the session's 120 seconds are left
    assert stage.ended(stage.start(restoring(name))).status == "succeeded"
    session = aws.client("ssm", **stage.sessions[-1])

    def refused() -> bool:
        try:
            session.put_parameter(Name=name, Value="9", Overwrite=True)
        except session.exceptions.ClientError as error:
            return "ssm:PutParameter" in str(error)
        return False

    assert eventually(refused)


def test_a_boundary_binds_the_session(aws: LocalAws, stage: Trial) -> None:
    name, target = parameter(aws, "2")
    everything_but_parameters = {"Effect": "Allow", "NotAction": "ssm:PutParameter", "Resource": "*"}
    stage.bound([everything_but_parameters])
    failed = stage.ended(stage.start(restoring(name)))
    assert failed.status == "failed"
    assert target in failed.reason
    assert value(aws, name) == "2"


def test_a_role_that_does_not_trust_the_executor_is_not_assumed(aws: LocalAws, stage: Trial) -> None:
    name, _ = parameter(aws, "2")
    aws.client("iam").update_assume_role_policy(
        RoleName=stage.role.rsplit("/", 1)[-1],
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )
    with pytest.raises(AccessDenied, match="sts:AssumeRole"):
        stage.start(restoring(name))
    assert stage.sessions == []


def test_a_document_that_was_replaced_is_not_started(aws: LocalAws, stage: Trial) -> None:
    name, _ = parameter(aws, "2")
    ssm, changed = aws.client("ssm"), {**stage.runbook.document, "description": "Something else."}
    ssm.delete_document(Name=stage.document)
    ssm.create_document(Name=stage.document, DocumentType="Automation", Content=json.dumps(changed))
    with pytest.raises(NotPinned, match="does not say what the catalogue says"):
        stage.start(restoring(name))
    assert stage.sessions == []
    assert value(aws, name) == "2"


def cleaning() -> Proposal:
    return clean_disk.RUNBOOK.propose("api", f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-0123456789abcdef0")


def test_in_the_role_form_the_automation_runs_as_its_own_role_and_is_told_its_command(aws: LocalAws) -> None:
    """As far as the local AWS goes: nothing runs commands in it."""
    stage = Trial(aws, clean_disk.RUNBOOK)
    ended = stage.ended(stage.start(cleaning()))
    assert (ended.status, "aws:runCommand does not exist" in ended.reason) == ("failed", True)
    execution = aws.client("ssm").get_automation_execution(AutomationExecutionId=ended.id)
    given = execution["AutomationExecution"]["Parameters"]
    assert given["InstanceId"] == ["i-0123456789abcdef0"]
    assert given["AutomationAssumeRole"][0].endswith("-auto-clean-disk")
    session = aws.client("ssm", **stage.sessions[-1])
    with pytest.raises(session.exceptions.ClientError, match="AccessDenied"):
        session.send_command(DocumentName=given["CommandDocument"][0], InstanceIds=["i-0123456789abcdef0"])


def test_a_command_that_was_replaced_is_not_sent(aws: LocalAws) -> None:
    stage = Trial(aws, clean_disk.RUNBOOK)
    (command,) = (
        each["Name"]
        for each in aws.client("ssm").list_documents()["DocumentIdentifiers"]
        if each["DocumentType"] == "Command" and each["Name"].startswith(stage.document.rsplit("-", 1)[0])
    )
    aws.client("ssm").delete_document(Name=command)
    with pytest.raises(NotPinned, match=command):
        stage.start(cleaning())
    assert stage.sessions == []


def test_a_running_automation_is_stopped_by_a_session_that_can_only_stop_it(aws: LocalAws) -> None:
    """Its first step only waits, so that nothing is done when it is stopped."""
    book = restore_parameter.RUNBOOK
    waits = {"name": "Wait", "action": "aws:sleep", "inputs": {"Duration": "PT1H"}}
    document = {**book.document, "mainSteps": [waits, *book.document["mainSteps"]]}
    stage = Trial(aws, book.model_copy(update={"document": document}))
    name, _ = parameter(aws, "2")
    run, other = stage.start(restoring(name)), stage.start(restoring(name))
    told: list[Issued] = []
    stage.executor.stop(stage.runbook, restoring(name), "01INCIDENT", run.id, told.append)
    assert stage.ended(run) == Run(run.id, "failed", "Cancelled")
    assert [each.role for each in told] == [stage.role]
    session = aws.client("ssm", **stage.sessions[-1])
    with pytest.raises(session.exceptions.ClientError, match="AccessDenied"):
        session.stop_automation_execution(AutomationExecutionId=other.id, Type="Cancel")
    with pytest.raises(session.exceptions.ClientError, match="AccessDenied"):
        session.put_parameter(Name=name, Value="9", Overwrite=True)
    stage.executor.stop(stage.runbook, restoring(name), "01INCIDENT", run.id)  # it has ended: nothing to do
    stage.executor.stop(stage.runbook, restoring(name), "01INCIDENT", other.id)
    assert value(aws, name) == "2"
