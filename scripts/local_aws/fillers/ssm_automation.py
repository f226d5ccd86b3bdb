"""Systems Manager documents and Automation.

On AWS a document is versioned, an automation pins a version, checks its parameters, and acts as the role
that the document names, or else as its caller. ministack 1.5.33 has neither documents nor Automation.
Delete this, and the modules `automation_*` and `ssm_*` beside it, when a release has both.
https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-automation.html
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import get_account_id, get_region, set_request_account_id, set_request_region
from ministack.core.router import extract_access_key_id
from ministack.services import eventbridge

from scripts.local_aws.fillers.automation_api import Automations
from scripts.local_aws.fillers.automation_run import Execution
from scripts.local_aws.fillers.ssm_documents import Documents, Scope
from scripts.local_aws.fillers.ssm_fault import Fault

log = logging.getLogger("local_aws.automation")
documents = Documents()


def install(app: Any) -> None:
    """Answer the document and Automation calls; every other call stays ministack's."""
    automations = Automations(documents, _send_event)
    inner, actions = app.SERVICE_HANDLERS["ssm"], _actions(automations)

    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        request = json.loads(body or b"{}")
        if operation == "ListTagsForResource" and request.get("ResourceType") == "Automation":
            operation = "ListAutomationTags"
        if operation not in actions:
            return await inner(method, path, headers, body, query)
        scope = (get_account_id(), get_region())
        try:
            status, answer = 200, actions[operation](request, scope, extract_access_key_id(headers, query))
        except Fault as fault:
            status, answer = fault.status, {"__type": fault.code, "message": fault.message}
        return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()

    app.SERVICE_HANDLERS["ssm"] = handle


def _actions(automations: Automations) -> dict[str, Callable[[dict[str, Any], Scope, str], dict[str, Any]]]:
    unsigned = {
        "CreateDocument": documents.create_document,
        "UpdateDocument": documents.update_document,
        "UpdateDocumentDefaultVersion": documents.update_document_default_version,
        "DescribeDocument": documents.describe_document,
        "GetDocument": documents.get_document,
        "ListDocuments": documents.list_documents,
        "ListDocumentVersions": documents.list_document_versions,
        "DeleteDocument": documents.delete_document,
        "GetAutomationExecution": automations.get,
        "DescribeAutomationExecutions": automations.describe,
        "DescribeAutomationStepExecutions": automations.describe_steps,
        "StopAutomationExecution": automations.stop,
        "ListAutomationTags": lambda request, scope: automations.list_tags(request["ResourceId"], scope),
    }

    def without_key(
        action: Callable[[dict[str, Any], Scope], dict[str, Any]],
    ) -> Callable[[dict[str, Any], Scope, str], dict[str, Any]]:
        return lambda request, scope, _access_key: action(request, scope)

    return {
        **{name: without_key(action) for name, action in unsigned.items()},
        "StartAutomationExecution": automations.start,
    }


def _send_event(execution: Execution) -> None:
    """ "EC2 Automation Execution Status-change Notification", as Systems Manager sends it."""
    account, region = execution.scope
    set_request_account_id(account)
    set_request_region(region)
    detail = {
        "ExecutionId": execution.identity,
        "Definition": execution.document,
        "DefinitionVersion": float(execution.version),
        "Status": execution.status,
        "StartTime": _clock(execution.started),
        "EndTime": _clock(execution.ended) if execution.ended else "",
        "Time": _clock(execution.ended or execution.started),
        "ExecutedBy": execution.executed_by,
    }
    entry = {
        "Source": "aws.ssm",
        "DetailType": "EC2 Automation Execution Status-change Notification",
        "Detail": json.dumps(detail),
        "Resources": [f"arn:aws:ssm:{region}:{account}:automation-execution/{execution.identity}"],
    }
    status, _headers, body = eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    if status != 200:
        log.error("the event of automation %s was not delivered: %s", execution.identity, body)


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%b %d, %Y %I:%M:%S %p UTC")
