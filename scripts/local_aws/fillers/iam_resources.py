"""The resource ARN of a call, service by service, where ministack 1.5.33 names another or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.services import kms, ses, ses_v2

from scripts.local_aws.fillers.auto_scaling import group_arn
from scripts.local_aws.fillers.step_functions import token_machines


@dataclass(frozen=True)
class Call:
    """A request as IAM sees it."""

    operation: str
    method: str
    path: str
    request: dict[str, Any]
    query: dict[str, str]
    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


def _ecs(call: Call, found: str) -> str:
    request, cluster = call.request, _last(call.request.get("cluster") or "default")
    if call.operation in ("UpdateService", "DeleteService", "CreateService"):
        return call.arn(
            "ecs", f"service/{cluster}/{_last(request.get('service') or request.get('serviceName'))}"
        )
    if call.operation == "ListServiceDeployments":
        return call.arn("ecs", f"service/{cluster}/{_last(request['service'])}")
    if arns := request.get("serviceDeploymentArns") or request.get("serviceRevisionArns"):
        return str(arns[0])
    if call.operation == "DescribeServices" and request.get("services"):
        return call.arn("ecs", f"service/{cluster}/{_last(request['services'][0])}")
    if call.operation == "StopTask":
        return call.arn("ecs", f"task/{cluster}/{_last(request.get('task'))}")
    if call.operation == "DescribeTasks" and request.get("tasks"):
        return call.arn("ecs", f"task/{cluster}/{_last(request['tasks'][0])}")
    if call.operation == "RunTask":
        definition = str(request.get("taskDefinition", ""))
        return (
            definition if definition.startswith("arn:") else call.arn("ecs", f"task-definition/{definition}")
        )
    return found


def _logs(call: Call, found: str) -> str:
    """A log group is authorised as `log-group:NAME:log-stream:STREAM`, with an empty stream for itself."""
    request = call.request
    names = request.get("logGroupNames") or request.get("logGroupIdentifiers") or [None]
    name = request.get("logGroupName") or request.get("logGroupIdentifier") or names[0]
    if not name or call.operation in ("TagResource", "UntagResource", "ListTagsForResource"):
        return found
    if str(name).startswith("arn:"):
        name = str(name).split(":log-group:")[-1].removesuffix(":*")
    return call.arn("logs", f"log-group:{name}:log-stream:{request.get('logStreamName', '')}")


_SSM_DOCUMENTS = {
    "CreateDocument", "DeleteDocument", "DescribeDocument", "GetDocument", "UpdateDocument",
    "UpdateDocumentDefaultVersion", "ListDocumentVersions", "ModifyDocumentPermission",
    "DescribeDocumentPermission",
}  # fmt: skip
_SSM_EXECUTIONS = {
    "GetAutomationExecution",
    "StopAutomationExecution",
    "SendAutomationSignal",
    "DescribeAutomationStepExecutions",
}


def _ssm(call: Call, found: str) -> str:
    request = call.request
    if call.operation == "StartAutomationExecution":
        version = request.get("DocumentVersion") or "$DEFAULT"
        return call.arn("ssm", f"automation-definition/{_document(request.get('DocumentName'))}:{version}")
    if call.operation in _SSM_EXECUTIONS:
        return call.arn("ssm", f"automation-execution/{request.get('AutomationExecutionId')}")
    if call.operation in _SSM_DOCUMENTS:
        return call.arn("ssm", f"document/{_document(request.get('Name'))}")
    parameter = request.get("Path") or next(iter(request.get("Names") or []), None) or request.get("Name")
    if parameter and "Parameter" in call.operation:
        name = str(parameter).split(":parameter/")[-1] if str(parameter).startswith("arn:") else parameter
        return call.arn("ssm", f"parameter/{str(name).strip('/')}")
    return found


def _states(call: Call, found: str) -> str:
    return token_machines.get(call.request.get("taskToken", ""), found)


def _kms(call: Call, found: str) -> str:
    if ":alias/" not in found:
        return found
    key = kms._resolve_key(call.request["KeyId"])
    return str(key["Arn"]) if key else found


def _lambda(call: Call, found: str) -> str:
    if call.path.endswith("/invocations") and call.query.get("Qualifier"):
        return f"{found}:{call.query['Qualifier']}"
    return found


def _iam(call: Call, found: str) -> str:
    return call.query.get("PolicySourceArn") or found


def _ses(call: Call, found: str) -> str:
    """The identity that sends: the address when it was verified by itself, else its domain."""
    sender = call.query.get("Source") or call.request.get("FromEmailAddress")
    if not sender:
        return found
    address = str(sender).split("<")[-1].rstrip("> ")
    known = address in ses._identities or address in ses_v2._identities
    return call.arn("ses", f"identity/{address if known else address.split('@')[-1]}")


def _scheduler(call: Call, found: str) -> str:
    """A schedule's ARN names its group, which a creation carries in its body."""
    group = call.request.get("GroupName") or call.query.get("groupName")
    return found.replace(":schedule/default/", f":schedule/{group}/") if group else found


def _sqs(call: Call, found: str) -> str:
    return str(call.request.get("SourceArn") or found)


def _wafv2(call: Call, found: str) -> str:
    request = call.request
    scope = "global" if request.get("Scope") == "CLOUDFRONT" else "regional"
    if request.get("ResourceARN"):
        return str(request["ResourceARN"])
    if request.get("WebACLId"):
        return call.arn("wafv2", f"{scope}/webacl/{request['WebACLName']}/{request['WebACLId']}")
    for ending, kind in (("IPSet", "ipset"), ("WebACL", "webacl")):
        if call.operation.endswith(ending) and request.get("Id"):
            return call.arn("wafv2", f"{scope}/{kind}/{request['Name']}/{request['Id']}")
    return found


def _rds(call: Call, found: str) -> str:
    group = call.query.get("DBParameterGroupName")
    return call.arn("rds", f"pg:{group}") if group else found


def _cloudwatch(call: Call, found: str) -> str:
    """A list of alarms is asked for as all of them, whatever prefix the question has."""
    operation = call.operation or call.query.get("Action") or _last(call.path)
    return call.arn("cloudwatch", "alarm:*") if operation == "DescribeAlarms" else found


def _autoscaling(call: Call, found: str) -> str:
    """A group's ARN has an id of its own, and describing knows no resource."""
    if call.query.get("Action", "").startswith("Describe"):
        return "*"
    return group_arn(call.query.get("AutoScalingGroupName"), call.query.get("InstanceId")) or found


def _last(value: Any) -> str:
    return str(value).rsplit("/", 1)[-1]


def _document(name: Any) -> str:
    return _last(name).removeprefix("document/")


RESOURCES: dict[str, Callable[[Call, str], str]] = {
    "autoscaling": _autoscaling,
    "ecs": _ecs,
    "iam": _iam,
    "kms": _kms,
    "lambda": _lambda,
    "logs": _logs,
    "monitoring": _cloudwatch,
    "rds": _rds,
    "scheduler": _scheduler,
    "ses": _ses,
    "sqs": _sqs,
    "ssm": _ssm,
    "states": _states,
    "wafv2": _wafv2,
}
