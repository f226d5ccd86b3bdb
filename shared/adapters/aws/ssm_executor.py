"""Just-in-time execution: a session for one runbook on one target, and the SSM Automation that it starts.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-identity-based-policies.html
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.domain.errors import PortError
from shared.domain.proposal import Proposal
from shared.domain.runbook import Form, Runbook
from shared.ports.clock import Clock
from shared.ports.executor import Run

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

SHORTEST = 900
"""Seconds: STS knows no shorter session, so the policy's own end is what binds."""
POLICY = 2_048
"""Characters of a session policy."""
VERSION = "1"
"""Of a document: each stack deploys its own, and what it deploys is never updated in place."""
SUCCEEDED = frozenset({"Success", "CompletedWithSuccess"})
FAILED = frozenset(
    {
        "Failed",
        "TimedOut",
        "Cancelled",
        "Rejected",
        "ChangeCalendarOverrideRejected",
        "CompletedWithFailure",
        "Exited",
    }
)


@dataclass(frozen=True)
class Deployed:
    """Where a stack put a runbook."""

    document: str  # name
    role: str  # ARN: what the executor assumes
    automation_role: str = ""  # ARN: what the document assumes, in the role form only


class SsmExecutor:
    """`sts` and `ssm` are the executor's own clients; `automation_client` makes one of a session."""

    def __init__(
        self,
        sts: "STSClient",
        ssm: "SSMClient",
        automation_client: "Callable[[CredentialsTypeDef], SSMClient]",
        runbooks: Mapping[str, Deployed],
        clock: Clock,
        session_seconds: int = 120,
    ) -> None:
        self._sts = sts
        self._ssm = ssm
        self._automation_client = automation_client
        self._runbooks = runbooks
        self._clock = clock
        self._session_seconds = session_seconds

    def start(self, runbook: Runbook, proposal: Proposal, incident_id: str, token: str) -> Run:
        """Start the pinned document as a session for exactly this target; `token` is a UUID.

        Raises:
            InvalidParameters: the runbook does not take the proposal.
            AccessDenied: a role, session or boundary forbids it.
            PortError: it could not be started.
        """
        runbook.check(proposal)
        deployed = self._deployed(runbook)
        client = self._automation_client(self._session(runbook, proposal, incident_id, deployed))
        tags = {f"commander-run-{token}": incident_id, "incident": incident_id, "runbook": runbook.id}
        with port_errors():
            try:
                answer = client.start_automation_execution(
                    DocumentName=deployed.document,
                    DocumentVersion=VERSION,
                    Parameters=_parameters(runbook, proposal, deployed),
                    ClientToken=token,
                    Tags=[{"Key": key, "Value": _text(value)} for key, value in tags.items()],
                )
            except ClientError as error:
                if code_of(error) != "IdempotentParameterMismatch":
                    raise
                return self._earlier(token, error)
        return Run(answer["AutomationExecutionId"], "running")

    def status(self, run_id: str) -> Run:
        """Where the automation is.

        Raises:
            PortError: AWS failed, or there is none of this id.
        """
        with port_errors():
            answer = self._ssm.get_automation_execution(AutomationExecutionId=run_id)
        return _run(answer["AutomationExecution"])

    def find(self, token: str) -> Run | None:
        """The automation that this token started, if it did (after a crash).

        Raises:
            PortError: AWS failed, which says nothing about the automation.
        """
        with port_errors():
            pages = self._ssm.get_paginator("describe_automation_executions").paginate(
                Filters=[{"Key": "TagKey", "Values": [f"commander-run-{token}"]}]
            )
            for page in pages:
                for execution in page["AutomationExecutionMetadataList"]:
                    return _run(execution)
        return None

    def _deployed(self, runbook: Runbook) -> Deployed:
        deployed = self._runbooks.get(runbook.id)
        if deployed is None:
            raise PortError(f"runbook {runbook.id} is not deployed in this stage", retryable=False)
        if runbook.form is Form.ROLE and not deployed.automation_role:
            raise PortError(f"runbook {runbook.id} has no automation role in this stage", retryable=False)
        return deployed

    def _session(
        self, runbook: Runbook, proposal: Proposal, incident_id: str, deployed: Deployed
    ) -> "CredentialsTypeDef":
        """Credentials that can run this document on this target, until `session_seconds` from now."""
        ends = self._clock.now().astimezone(UTC) + timedelta(seconds=self._session_seconds)
        region = self._ssm.meta.region_name
        policy = session_policy(runbook, proposal, deployed, region, f"{ends:%Y-%m-%dT%H:%M:%SZ}")
        tags = {"incident": incident_id, "runbook": runbook.id, "target": proposal.target}
        with port_errors():
            answer = self._sts.assume_role(
                RoleArn=deployed.role,
                RoleSessionName=_name(incident_id),
                SourceIdentity=_name(incident_id),
                DurationSeconds=SHORTEST,
                Policy=policy,
                Tags=[{"Key": key, "Value": _text(value)} for key, value in tags.items()],
            )
        if answer.get("PackedPolicySize", 0) > 100:
            raise PortError(f"the session policy for {proposal.target} packs too large", retryable=False)
        return answer["Credentials"]

    def _earlier(self, token: str, error: ClientError) -> Run:
        run = self.find(token)
        if run is None:  # the list of executions is eventually consistent
            raise PortError(
                f"token {token} started an automation that is not listed yet", retryable=True
            ) from error
        return run


def session_policy(runbook: Runbook, proposal: Proposal, deployed: Deployed, region: str, ends: str) -> str:
    """The session's whole right, compact: this document at its version, its actions on this target, an end.

    In the role form the actions are the automation role's, and the session may only pass that role on.
    Automation was authorised on `automation-definition` and is now on `document` and
    `automation-execution`: both are named, for a Region is of one kind or the other.

    Raises:
        PortError: it is longer than STS takes.
    """
    partition, account = _account(deployed.role)
    ssm = f"arn:{partition}:ssm:{region}:{account}"
    start, executions = "ssm:StartAutomationExecution", f"{ssm}:automation-execution/*"
    pinned = {"ForAnyValue:StringEquals": {"ssm:DocumentVersion": VERSION}}
    grants: list[tuple[Any, Any, dict[str, Any]]] = [
        (start, [f"{ssm}:automation-definition/{deployed.document}:{VERSION}", executions], {}),
        (start, f"{ssm}:document/{deployed.document}", pinned),
        ("ssm:AddTagsToResource", executions, {}),
    ]
    if runbook.form is Form.ROLE:
        to = {"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}}
        grants.append(("iam:PassRole", deployed.automation_role, to))
    else:
        names = {"region": region, "account": account}
        grants += [(list(act), on, {}) for act, on in runbook.grants_for(proposal, names)]
    until = {"DateLessThan": {"aws:CurrentTime": ends}}
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": {**until, **condition}}
        for action, resource, condition in grants
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
    if len(policy) > POLICY:
        raise PortError(
            f"the session policy for {proposal.target} has {len(policy)} characters, at most {POLICY}",
            retryable=False,
        )
    return policy


def _parameters(runbook: Runbook, proposal: Proposal, deployed: Deployed) -> dict[str, list[str]]:
    given = {name: [value] for name, value in proposal.parameters.items()}
    if runbook.form is Form.ROLE:
        given["AutomationAssumeRole"] = [deployed.automation_role]
    return given


def _account(role: str) -> tuple[str, str]:
    """The partition and account of a role's ARN."""
    parts = role.split(":")
    if len(parts) < 6:
        raise PortError(f"{role!r} is not the ARN of a role", retryable=False)
    return parts[1], parts[4]


def _name(text: str) -> str:
    """As STS takes the name of a session: 2 to 64 characters."""
    return re.sub(r"[^A-Za-z0-9+=,.@_-]", "_", text)[:64].ljust(2, "_")


def _text(text: str) -> str:
    """As IAM and Systems Manager take the value of a tag: at most 256 characters."""
    return re.sub(r"[^A-Za-z0-9 _.:/=+@-]", "_", text)[:256]


def _run(execution: Mapping[str, Any]) -> Run:
    status = execution["AutomationExecutionStatus"]
    run_id, reason = execution["AutomationExecutionId"], execution.get("FailureMessage", "")
    if status in SUCCEEDED:
        return Run(run_id, "succeeded")
    if status in FAILED:
        return Run(run_id, "failed", reason or status)
    return Run(run_id, "running")
