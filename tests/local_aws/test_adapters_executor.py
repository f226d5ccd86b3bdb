"""The executor's automations really run, as sessions that can do this one thing; observations see it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from shared.adapters.aws.resource_reader import AwsResourceReader
from shared.adapters.aws.ssm_executor import Deployed, SsmExecutor
from shared.adapters.local.manual_clock import ManualClock
from shared.domain.errors import AccessDenied
from shared.domain.proposal import Proposal
from shared.domain.runbook import Feasible, Remedy, Runbook, Subject
from shared.domain.service import Service
from shared.ports.executor import Run
from shared.runbooks import restore_parameter, scale_out_service
from tests.local_aws.conftest import Maker, credentials, eventually, unique

pytestmark = pytest.mark.local_aws

TRUST = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
SERVICE = Service(name="api", application="shop")


def allow(actions: Any, *resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


def ssm_arn(resource: str) -> str:
    return f"arn:aws:ssm:{REGION}:{ACCOUNT}:{resource}"


@dataclass
class Stage:
    """One runbook, deployed as a stack would: its document, its role with a boundary, and an executor."""

    aws: LocalAws
    make: Maker
    runbook: Runbook
    clock: ManualClock = field(default_factory=lambda: ManualClock(datetime.now(UTC)))
    sessions: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.document = unique(self.runbook.id)
        self.aws.client("ssm").create_document(
            Name=self.document, DocumentType="Automation", Content=json.dumps(self.runbook.document)
        )
        grants = [
            allow("ssm:StartAutomationExecution", ssm_arn(f"automation-definition/{self.document}:1")),
            allow(
                ["ssm:StartAutomationExecution", "ssm:AddTagsToResource"], ssm_arn("automation-execution/*")
            ),
            allow("ssm:StartAutomationExecution", ssm_arn(f"document/{self.document}")),
            allow(list(self.runbook.actions), self.runbook.target_arn.format(region=REGION, account=ACCOUNT)),
        ]
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": TRUST,
        }
        self.role = self.make.trusting([trust], grants)
        self.bound(grants)
        caller = self.make.caller(
            [
                allow(TRUST, self.role),
                allow("ssm:DescribeAutomationExecutions", "*"),
                allow("ssm:GetAutomationExecution", ssm_arn("automation-execution/*")),
            ]
        )
        self.executor = SsmExecutor(
            self.aws.client("sts", **caller),
            self.aws.client("ssm", **caller),
            self.client,
            {self.runbook.id: Deployed(self.document, self.role)},
            self.clock,
        )

    def bound(self, grants: list[dict[str, Any]]) -> None:
        """Give the role a permissions boundary of these statements."""
        iam = self.aws.client("iam")
        policy = iam.create_policy(
            PolicyName=unique("boundary"),
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": grants}),
        )["Policy"]["Arn"]
        iam.put_role_permissions_boundary(RoleName=self.role.rsplit("/", 1)[-1], PermissionsBoundary=policy)

    def client(self, session: Any) -> Any:
        self.sessions.append(credentials(session))
        return self.aws.client("ssm", **self.sessions[-1])

    def start(self, proposal: Proposal, token: str | None = None) -> Run:
        return self.executor.start(self.runbook, proposal, "01INCIDENT", token or str(uuid.uuid4()))

    def ended(self, run: Run) -> Run:
        def look() -> Run | None:
            found = self.executor.status(run.id)
            return None if found.status == "running" else found

        found = eventually(look, 10)
        assert found, "the automation did not end"
        return found


def parameter(aws: LocalAws, *values: str) -> tuple[str, str]:
    """Name and ARN of a parameter that had these values."""
    name = f"/shop/{unique('pool')}"
    for value in values:
        aws.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    return name, ssm_arn(f"parameter{name}")


def value(aws: LocalAws, name: str) -> str:
    return str(aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])


def restoring(name: str, to: str = "20") -> Proposal:
    return Proposal(
        runbook="restore-parameter",
        version=1,
        service="api",
        target=ssm_arn(f"parameter{name}"),
        parameters={"Name": name, "Value": to},
    )


@pytest.fixture
def stage(aws: LocalAws, make: Maker) -> Stage:
    return Stage(aws, make, restore_parameter.RUNBOOK)


def prepared(remedy: Remedy, aws: LocalAws, target: str) -> tuple[Proposal, dict[str, Any]]:
    state = AwsResourceReader(aws.client).observe(remedy.runbook, target)
    found = remedy.prepare(Subject(SERVICE, target, state, datetime.now(UTC)))
    assert isinstance(found, Feasible), found
    return found.proposal, dict(state)


def test_a_parameter_is_restored_and_that_is_undone(aws: LocalAws, stage: Stage) -> None:
    name, target = parameter(aws, "5", "20", "2")
    proposal, before = prepared(restore_parameter.REMEDY, aws, target)
    assert stage.ended(stage.start(proposal)).status == "succeeded"
    assert value(aws, name) == "20"
    after = AwsResourceReader(aws.client).observe(stage.runbook, target)
    assert [each["value"] for each in after["history"]] == ["2", "20"]
    assert isinstance(after["history"][-1]["at"], datetime)
    assert stage.ended(stage.start(restore_parameter.undo(proposal, before))).status == "succeeded"
    assert value(aws, name) == "2"


def test_a_service_is_scaled_out_and_that_is_undone(aws: LocalAws, make: Maker) -> None:
    stage, ecs = Stage(aws, make, scale_out_service.RUNBOOK), aws.client("ecs")
    cluster, name = unique("cluster"), unique("api")
    ecs.create_cluster(clusterName=cluster)
    ecs.register_task_definition(family=name, containerDefinitions=[{"name": "api", "image": "api"}])
    made = ecs.create_service(cluster=cluster, serviceName=name, taskDefinition=name, desiredCount=2)
    target = made["service"]["serviceArn"]

    def counts() -> dict[str, Any]:
        return dict(AwsResourceReader(aws.client).observe(stage.runbook, target))

    assert eventually(lambda: counts() == {"desired": 2, "running": 2})
    proposal, before = prepared(scale_out_service.REMEDY, aws, target)
    assert stage.ended(stage.start(proposal)).status == "succeeded"
    assert eventually(lambda: counts() == {"desired": 3, "running": 3})
    assert stage.ended(stage.start(scale_out_service.undo(proposal, before))).status == "succeeded"
    assert eventually(lambda: counts()["desired"] == 2)


def test_a_session_cannot_touch_another_parameter(aws: LocalAws, stage: Stage) -> None:
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
    aws: LocalAws, stage: Stage, request_: dict[str, str]
) -> None:
    name, _ = parameter(aws, "2")
    stage.ended(stage.start(restoring(name)))
    session = aws.client("ssm", **stage.sessions[-1])
    with pytest.raises(session.exceptions.ClientError, match="AccessDenied"):
        session.start_automation_execution(
            DocumentName=stage.document, Parameters={"Name": [name], "Value": ["9"]}, **request_
        )


def test_a_token_starts_one_automation_and_finds_it(aws: LocalAws, stage: Stage) -> None:
    name, _ = parameter(aws, "2")
    token = str(uuid.uuid4())
    assert stage.executor.find(token) is None
    run = stage.ended(stage.start(restoring(name), token))
    assert stage.start(restoring(name, "30"), token) == stage.executor.find(token) == run
    assert value(aws, name) == "20"
    assert stage.executor.find(str(uuid.uuid4())) is None


def test_an_automation_is_tagged_with_its_incident_and_runs_as_its_session(
    aws: LocalAws, stage: Stage
) -> None:
    name, _ = parameter(aws, "2")
    run = stage.ended(stage.start(restoring(name)))
    ssm = aws.client("ssm")
    tags = ssm.list_tags_for_resource(ResourceType="Automation", ResourceId=run.id)["TagList"]
    assert {"Key": "incident", "Value": "01INCIDENT"} in tags
    by = ssm.get_automation_execution(AutomationExecutionId=run.id)["AutomationExecution"]["ExecutedBy"]
    assert by.endswith("/01INCIDENT")


def test_a_session_whose_time_is_over_starts_nothing(aws: LocalAws, stage: Stage) -> None:
    name, _ = parameter(aws, "2")
    stage.clock.advance(-timedelta(minutes=10))
    with pytest.raises(AccessDenied, match="ssm:StartAutomationExecution") as raised:
        stage.start(restoring(name))
    assert f"assumed-role/{stage.role.rsplit('/', 1)[-1]}/01INCIDENT" in str(raised.value)
    assert stage.document in str(raised.value)
    assert value(aws, name) == "2"


def test_a_session_ends_long_before_sts_would_end_it(aws: LocalAws, stage: Stage) -> None:
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

    assert eventually(refused, 10)


def test_a_boundary_binds_the_session(aws: LocalAws, stage: Stage) -> None:
    name, target = parameter(aws, "2")
    everything_but_parameters = {"Effect": "Allow", "NotAction": "ssm:PutParameter", "Resource": "*"}
    stage.bound([everything_but_parameters])
    failed = stage.ended(stage.start(restoring(name)))
    assert failed.status == "failed"
    assert target in failed.reason
    assert value(aws, name) == "2"


def test_a_role_that_does_not_trust_the_executor_is_not_assumed(
    aws: LocalAws, make: Maker, stage: Stage
) -> None:
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
