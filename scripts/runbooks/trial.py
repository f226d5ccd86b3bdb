"""One runbook, deployed as a stack would: its document, its role with a boundary, and an executor."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from scripts.runbooks.sample import eventually, unique
from shared.adapters.aws.resource_reader import AwsResourceReader
from shared.adapters.aws.ssm_executor import SsmExecutor
from shared.adapters.local.manual_clock import ManualClock
from shared.domain.naming import Place, Reach, document_content
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
    Adopted,
    Feasible,
    Form,
    Infeasible,
    Remedy,
    Runbook,
    State,
    Subject,
)
from shared.domain.service import Service
from shared.ports.executor import Run

SSM = f"arn:aws:ssm:{REGION}:{ACCOUNT}"
TRUST = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
Statement = dict[str, Any]


def allow(actions: Any, *resources: str) -> Statement:
    """A statement that allows these actions on these resources."""
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


@dataclass
class Trial:
    """One runbook in a local AWS. The clock says when its sessions end."""

    aws: LocalAws
    runbook: Runbook
    clock: ManualClock = field(default_factory=lambda: ManualClock(datetime.now(UTC)))
    sessions: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        place = Place(uuid.uuid4().hex[:8], ACCOUNT, REGION)
        deployed = place.deployed(self.runbook)
        self.document = deployed.document
        if not isinstance(self.runbook.document, Adopted):
            self._deploy("Automation", deployed.document, self.runbook.document)
        acts = [
            allow(list(actions), pattern.format(region=REGION, account=ACCOUNT))
            for actions, pattern in [
                (self.runbook.actions, self.runbook.target_arn),
                *((grant.actions, grant.most) for grant in self.runbook.also),
            ]
        ]
        documents = [self.document]
        if self.runbook.command:
            documents.append(deployed.command)
            self._deploy("Command", deployed.command, self.runbook.command)
            acts.append(allow("ssm:SendCommand", place.ssm(f"document/{deployed.command}")))
        if self.runbook.form is Form.ROLE:
            self._role(deployed.automation_role, {"Service": "ssm.amazonaws.com"}, acts)
            acts = [allow("iam:PassRole", deployed.automation_role)]
        grants = [
            allow(
                "ssm:StartAutomationExecution",
                f"{SSM}:automation-definition/{self.document}:{deployed.version}",
            ),
            allow(
                ["ssm:StartAutomationExecution", "ssm:StopAutomationExecution", "ssm:AddTagsToResource"],
                f"{SSM}:automation-execution/*",
            ),
            allow("ssm:StartAutomationExecution", f"{SSM}:document/{self.document}"),
            *acts,
        ]
        account = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        self.role = self._role(deployed.role, account, grants)
        self.bound(grants)
        caller = self._role(
            place.role("executor"),
            account,
            [
                allow(TRUST, self.role),
                allow("ssm:DescribeAutomationExecutions", "*"),
                allow("ssm:GetAutomationExecution", f"{SSM}:automation-execution/*"),
                allow("ssm:GetDocument", *(f"{SSM}:document/{name}" for name in documents)),
            ],
        )
        session = self.aws.client("sts").assume_role(RoleArn=caller, RoleSessionName="executor")
        executor = credentials(session["Credentials"])
        self.executor = SsmExecutor(
            Reach(place),
            self.aws.client("sts", **executor),
            lambda _place: self.aws.client("ssm", **executor),
            self._client,
            self.clock,
        )

    def _deploy(self, kind: str, name: str, content: Mapping[str, Any]) -> None:
        self.aws.client("ssm").create_document(
            Name=name, DocumentType=kind, Content=document_content(content)
        )

    def _role(self, arn: str, principal: dict[str, str], grants: list[Statement]) -> str:
        """The ARN of a role that is made with these rights."""
        iam, name = self.aws.client("iam"), arn.rsplit("/", 1)[-1]
        actions: Any = "sts:AssumeRole" if "Service" in principal else TRUST
        trust = {"Effect": "Allow", "Principal": principal, "Action": actions}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy(*grants))
        return arn

    def bound(self, grants: list[Statement]) -> None:
        """Give the runbook's role a permissions boundary of these statements."""
        iam = self.aws.client("iam")
        made = iam.create_policy(PolicyName=unique("boundary"), PolicyDocument=policy(*grants))
        iam.put_role_permissions_boundary(
            RoleName=self.role.rsplit("/", 1)[-1], PermissionsBoundary=made["Policy"]["Arn"]
        )

    def _client(self, session: Any) -> Any:
        self.sessions.append(credentials(session))
        return self.aws.client("ssm", **self.sessions[-1])

    def observe(self, target: str) -> State:
        """What the runbook's observations see on a target."""
        return AwsResourceReader(self.aws.client).observe(self.runbook, target)

    def start(self, proposal: Proposal, token: str | None = None) -> Run:
        """Start the automation as its session; it may still run."""
        return self.executor.start(self.runbook, proposal, "01INCIDENT", token or str(uuid.uuid4()))

    def ended(self, run: Run, seconds: float = 10.0) -> Run:
        """The run once it no longer runs.

        Raises:
            TimeoutError: it still does after so many seconds.
        """
        found = eventually(lambda: _over(self.executor.status(run.id)), seconds)
        if found is None:
            raise TimeoutError(f"automation {run.id} did not end")
        return found


def prepared(remedy: Remedy, service: Service, target: str, state: State) -> Feasible | Infeasible:
    """What a remedy says about a target in an incident that starts now."""
    return remedy.prepare(Subject(service, target, state, datetime.now(UTC)))


def policy(*statements: Statement) -> str:
    """An IAM policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def credentials(found: Mapping[str, Any]) -> dict[str, str]:
    """A session's credentials as a client takes them."""
    return {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }


def _over(run: Run) -> Run | None:
    return None if run.status == "running" else run
