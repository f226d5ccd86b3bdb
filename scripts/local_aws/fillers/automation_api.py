"""The Automation calls of Systems Manager: start, stop, and what can be asked about executions."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from scripts.local_aws.fillers import automation_role
from scripts.local_aws.fillers.automation_parameters import resolve_parameters
from scripts.local_aws.fillers.automation_run import Automation, Execution
from scripts.local_aws.fillers.automation_values import as_text, resolve
from scripts.local_aws.fillers.ssm_documents import Document, Documents, Scope
from scripts.local_aws.fillers.ssm_fault import Fault

_UUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_ENDED = ("Success", "Failed", "TimedOut", "Cancelled")


class Automations:
    """Every execution of every account and Region."""

    def __init__(self, documents: Documents, on_change: Callable[[Execution], None]) -> None:
        self._documents, self._on_change = documents, on_change
        self._executions: dict[str, Execution] = {}
        self._tokens: set[tuple[Scope, str]] = set()
        self._lock = threading.Lock()

    def start(self, request: dict[str, Any], scope: Scope, access_key: str) -> dict[str, Any]:
        """StartAutomationExecution, with the caller's right to pass the role checked."""
        account, region = scope
        document = self._document(request, scope)
        version = _version(document, request.get("DocumentVersion"))
        content = document.versions[version]
        parameters = resolve_parameters(content.get("parameters") or {}, request.get("Parameters") or {})
        identity = str(uuid.uuid4())
        role = resolve(content.get("assumeRole") or "", lambda name: parameters.get(name, ""))
        if role:
            automation_role.check_pass_role(access_key, role, region)
            credentials = automation_role.assume(role, identity, region)
        else:
            credentials = automation_role.caller_credentials(access_key, account, region)
        self._take_token(scope, request.get("ClientToken"))
        execution = Execution(
            identity,
            scope,
            document.name,
            version,
            parameters,
            automation_role.caller_arn(access_key, account),
            {tag["Key"]: tag["Value"] for tag in request.get("Tags") or []},
            request.get("Mode") or "Auto",
            guards=tuple(one["Name"] for one in request.get("AlarmConfiguration", {}).get("Alarms", ())),
        )
        self._executions[identity] = execution
        Automation(content, execution, credentials, self._on_change).start()
        return {"AutomationExecutionId": identity}

    def stop(self, request: dict[str, Any], scope: Scope) -> dict[str, Any]:
        """StopAutomationExecution: the running step ends first, as on AWS, unless it only waits."""
        execution = self._require(request, scope)
        if execution.status in _ENDED:
            raise Fault("InvalidAutomationStatusUpdateException", f"The automation is {execution.status}.")
        execution.status = "Cancelling"
        execution.stopped.set()
        return {}

    def get(self, request: dict[str, Any], scope: Scope) -> dict[str, Any]:
        execution = self._require(request, scope)
        return {
            "AutomationExecution": {
                **_metadata(execution),
                "StepExecutions": [dict(step) for step in execution.steps],
                "StepExecutionsTruncated": False,
                "Parameters": _shown_parameters(execution),
            }
        }

    def describe(self, request: dict[str, Any], scope: Scope) -> dict[str, Any]:
        """DescribeAutomationExecutions: newest first, filtered and paged."""
        filters = request.get("Filters") or []
        mine = [each for each in self._executions.values() if each.scope == scope]
        found = [each for each in mine if all(_passes(each, rule) for rule in filters)]
        found.sort(key=lambda each: each.started, reverse=True)
        offset, limit = int(request.get("NextToken") or 0), int(request.get("MaxResults") or 50)
        answer: dict[str, Any] = {
            "AutomationExecutionMetadataList": [_metadata(each) for each in found[offset : offset + limit]]
        }
        if len(found) > offset + limit:
            answer["NextToken"] = str(offset + limit)
        return answer

    def describe_steps(self, request: dict[str, Any], scope: Scope) -> dict[str, Any]:
        steps = [dict(step) for step in self._require(request, scope).steps]
        for rule in request.get("Filters") or []:
            name = {"StepName": "StepName", "StepExecutionStatus": "StepStatus", "Action": "Action"}[
                rule["Key"]
            ]
            steps = [step for step in steps if step[name] in rule["Values"]]
        return {"StepExecutions": steps[::-1] if request.get("ReverseOrder") else steps}

    def list_tags(self, identity: str, scope: Scope) -> dict[str, Any]:
        tags = self._require({"AutomationExecutionId": identity}, scope).tags
        return {"TagList": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _document(self, request: dict[str, Any], scope: Scope) -> Document:
        name = request["DocumentName"]
        document = self._documents.find(scope, name)
        if document is None or document.kind != "Automation":
            raise Fault("AutomationDefinitionNotFoundException", f"Automation document {name} was not found.")
        return document

    def _take_token(self, scope: Scope, token: str | None) -> None:
        if token is None:
            return
        if _UUID.fullmatch(token) is None:
            raise Fault("ValidationException", "ClientToken must be a UUID.")
        with self._lock:
            if (scope, token) in self._tokens:
                raise Fault("IdempotentParameterMismatch", "The client token was used before.")
            self._tokens.add((scope, token))

    def _require(self, request: dict[str, Any], scope: Scope) -> Execution:
        execution = self._executions.get(request["AutomationExecutionId"])
        if execution is None or execution.scope != scope:
            raise Fault(
                "AutomationExecutionNotFoundException",
                "There is no automation execution information for the requested automation execution ID.",
            )
        return execution


def _version(document: Document, wanted: str | None) -> str:
    try:
        return document.version(wanted)
    except Fault as cause:
        raise Fault("AutomationDefinitionVersionNotFoundException", cause.message) from cause


def _metadata(execution: Execution) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "AutomationExecutionId": execution.identity,
        "DocumentName": execution.document,
        "DocumentVersion": execution.version,
        "AutomationExecutionStatus": execution.status,
        "ExecutionStartTime": execution.started,
        "ExecutedBy": execution.executed_by,
        "Mode": execution.mode,
        "Outputs": execution.outputs,
        "AutomationType": "Local",
    }
    if execution.ended is not None:
        shown["ExecutionEndTime"] = execution.ended
    if execution.failure:
        shown["FailureMessage"] = execution.failure
    if execution.current:
        shown["CurrentStepName"], shown["CurrentAction"] = execution.current
    return shown


def _shown_parameters(execution: Execution) -> dict[str, list[str]]:
    return {
        name: [as_text(each) for each in (value if isinstance(value, list) else [value])]
        for name, value in execution.parameters.items()
    }


def _passes(execution: Execution, rule: dict[str, Any]) -> bool:
    values = rule["Values"]
    tests: dict[str, Callable[[], bool]] = {
        "TagKey": lambda: any(value in execution.tags for value in values),
        "ExecutionStatus": lambda: execution.status in values,
        "ExecutionId": lambda: execution.identity in values,
        "DocumentNamePrefix": lambda: any(execution.document.startswith(value) for value in values),
        "CurrentAction": lambda: bool(execution.current and execution.current[1] in values),
        "StartTimeBefore": lambda: execution.started < _epoch(values[0]),
        "StartTimeAfter": lambda: execution.started > _epoch(values[0]),
        "AutomationType": lambda: "Local" in values,
    }
    if rule["Key"] not in tests:
        raise Fault("InvalidFilterKey", f"The filter key {rule['Key']} is not valid.")
    return tests[rule["Key"]]()


def _epoch(text: str) -> float:
    return time.mktime(time.strptime(text.replace("Z", "")[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
