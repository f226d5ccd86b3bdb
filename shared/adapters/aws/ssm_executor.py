"""Just-in-time execution: a session for one runbook on one target, and the SSM Automation that it starts.

StartAutomationExecution takes no place for its output: the session record is the execution itself (its
steps, parameters and caller, which Systems Manager keeps), the events of the log, and CloudTrail.
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.adapters.aws.session_policy import session_policy, stop_policy
from shared.domain.errors import NotPinned, PortError
from shared.domain.model import digest
from shared.domain.naming import DOCUMENT_VERSION, Deployed, Place, Reach
from shared.domain.proposal import Proposal
from shared.domain.runbook import Adopted, Form, Runbook
from shared.ports.clock import Clock
from shared.ports.executor import Issued, OnIssued, Run, unheard

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

SHORTEST = 900
"""Seconds: STS knows no shorter session, so the policy's own end is what binds."""
GONE = frozenset({"InvalidDocument", "InvalidDocumentVersion"})
OVER = "InvalidAutomationStatusUpdateException"
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


class SsmExecutor:
    """`looking` gives the client that reads in a place, `acting` makes the client of a session."""

    def __init__(
        self,
        reach: Reach,
        sts: "STSClient",
        looking: "Callable[[Place], SSMClient]",
        acting: "Callable[[CredentialsTypeDef], SSMClient]",
        clock: Clock,
        session_seconds: int = 120,
    ) -> None:
        self._reach = reach
        self._sts = sts
        self._looking = looking
        self._acting = acting
        self._clock = clock
        self._session_seconds = session_seconds

    def pinned(self, runbook: Runbook, target: str = "") -> None:
        """Hold the deployed documents, where the target is, against the catalogue's.

        Raises:
            OutOfReach: the stage does not act there.
            NotPinned: it says something else, or is not there.
            PortError: it cannot be read.
        """
        place = self._reach.place(target)
        deployed = place.deployed(runbook)
        self._held(place, deployed.document, deployed.version, runbook.document)
        if runbook.command:
            self._held(place, deployed.command, DOCUMENT_VERSION, runbook.command)

    def _held(self, place: Place, name: str, version: str, content: Mapping[str, Any] | Adopted) -> None:
        with port_errors():
            try:
                found = self._looking(place).get_document(
                    Name=name, DocumentVersion=version, DocumentFormat="JSON"
                )
            except ClientError as error:
                if code_of(error) not in GONE:
                    raise
                raise NotPinned(f"{name}: {error}") from error
        wanted = content.sha256 if isinstance(content, Adopted) else digest(content)
        says = _digest(found.get("Content", ""))
        if (found.get("Status"), says) != ("Active", wanted):
            raise NotPinned(
                f"{name} is {found.get('Status')} and does not say what the catalogue says: "
                f"its digest is {says or 'none'}, not {wanted}"
            )

    def start(
        self,
        runbook: Runbook,
        proposal: Proposal,
        incident_id: str,
        token: str,
        issued: OnIssued = unheard,
        guard: str = "",
    ) -> Run:
        """Start the pinned document as a session for exactly this target; `token` is a UUID.

        Raises:
            InvalidParameters: the runbook does not take the proposal.
            OutOfReach: the stage does not act there.
            NotPinned: the document is not the catalogue's.
            AccessDenied: a role, session or boundary forbids it.
            PortError: it could not be started.
        """
        runbook.check(proposal)
        self.pinned(runbook, proposal.target)
        place = self._reach.place(proposal.target)
        deployed = place.deployed(runbook)
        client = self._session(
            runbook,
            proposal,
            incident_id,
            lambda ends: session_policy(runbook, proposal, place, ends),
            issued,
        )
        tags = {f"commander-run-{token}": incident_id, "incident": incident_id, "runbook": runbook.id}
        watched: Any = {"AlarmConfiguration": {"Alarms": [{"Name": guard}]}} if guard else {}
        with port_errors():
            try:
                answer = client.start_automation_execution(
                    DocumentName=deployed.document,
                    DocumentVersion=deployed.version,
                    Parameters=_parameters(runbook, proposal, deployed),
                    ClientToken=token,
                    Tags=[{"Key": key, "Value": _text(value)} for key, value in tags.items()],
                    **watched,
                )
            except ClientError as error:
                if code_of(error) != "IdempotentParameterMismatch":
                    raise
                return self._earlier(token, proposal.target, error)
        return Run(answer["AutomationExecutionId"], "running")

    def status(self, run_id: str, target: str = "") -> Run:
        """Where the automation is.

        Raises:
            OutOfReach: the stage does not act there.
            PortError: AWS failed, or there is none of this id.
        """
        client = self._looking(self._reach.place(target))
        with port_errors():
            answer = client.get_automation_execution(AutomationExecutionId=run_id)
        return _run(answer["AutomationExecution"])

    def find(self, token: str, target: str = "") -> Run | None:
        """The automation that this token started, if it did (after a crash).

        Raises:
            OutOfReach: the stage does not act there.
            PortError: AWS failed, which says nothing about the automation.
        """
        client = self._looking(self._reach.place(target))
        with port_errors():
            pages = client.get_paginator("describe_automation_executions").paginate(
                Filters=[{"Key": "TagKey", "Values": [f"commander-run-{token}"]}]
            )
            for page in pages:
                for execution in page["AutomationExecutionMetadataList"]:
                    return _run(execution)
        return None

    def stop(
        self,
        runbook: Runbook,
        proposal: Proposal,
        incident_id: str,
        run_id: str,
        issued: OnIssued = unheard,
    ) -> None:
        """Cancel the automation as a session that can do nothing else; one that has ended stays as it is.

        Raises:
            OutOfReach: the stage does not act there.
            AccessDenied: a role, session or boundary forbids it.
            PortError: it could not be stopped.
        """
        place = self._reach.place(proposal.target)
        client = self._session(
            runbook, proposal, incident_id, lambda ends: stop_policy(place, run_id, ends), issued
        )
        with port_errors():
            try:
                client.stop_automation_execution(AutomationExecutionId=run_id, Type="Cancel")
            except ClientError as error:
                if code_of(error) != OVER:
                    raise

    def _session(
        self,
        runbook: Runbook,
        proposal: Proposal,
        incident_id: str,
        policy_until: Callable[[str], str],
        issued: OnIssued,
    ) -> "SSMClient":
        """A client with the runbook's role where the target is, as narrow as the policy says."""
        role = self._reach.place(proposal.target).deployed(runbook).role
        ends = self._clock.now().astimezone(UTC).replace(microsecond=0)
        ends += timedelta(seconds=self._session_seconds)
        policy = policy_until(f"{ends:%Y-%m-%dT%H:%M:%SZ}")
        tags = {"incident": incident_id, "runbook": runbook.id, "target": proposal.target}
        with port_errors():
            answer = self._sts.assume_role(
                RoleArn=role,
                RoleSessionName=_name(incident_id),
                SourceIdentity=_name(incident_id),
                DurationSeconds=SHORTEST,
                Policy=policy,
                Tags=[{"Key": key, "Value": _text(value)} for key, value in tags.items()],
            )
        if answer.get("PackedPolicySize", 0) > 100:
            raise PortError(f"the session policy for {proposal.target} packs too large", retryable=False)
        sha256 = hashlib.sha256(policy.encode()).hexdigest()
        issued(Issued(role, _name(incident_id), answer["AssumedRoleUser"]["AssumedRoleId"], sha256, ends))
        return self._acting(answer["Credentials"])

    def _earlier(self, token: str, target: str, error: ClientError) -> Run:
        run = self.find(token, target)
        if run is None:  # the list of executions is eventually consistent
            raise PortError(
                f"token {token} started an automation that is not listed yet", retryable=True
            ) from error
        return run


def _digest(content: str) -> str:
    """Of a document's text; of what is not JSON, nothing."""
    try:
        return digest(json.loads(content))
    except ValueError:
        return ""


def _parameters(runbook: Runbook, proposal: Proposal, deployed: Deployed) -> dict[str, list[str]]:
    given = {name: [value] for name, value in proposal.parameters.items()}
    if runbook.form is Form.ROLE:
        given["AutomationAssumeRole"] = [deployed.automation_role]
    if runbook.command:
        given["CommandDocument"] = [deployed.command]
    return given


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
