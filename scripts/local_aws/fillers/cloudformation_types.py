"""CloudFormation types that ministack 1.5.33 refuses: SSM documents, composite alarms, and some inert ones.

Delete an entry when a release provisions its type. Types that the local deployment leaves out altogether are
in `scripts/local_aws/template.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from scripts.local_aws.fillers.ssm_automation import documents
from scripts.local_aws.fillers.ssm_fault import Fault

Handlers = dict[str, Callable[..., Any]]

ACCEPTED: dict[str, str] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "nothing scales by itself locally",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "nothing scales by itself locally",
    "AWS::Bedrock::Guardrail": "the local model is a fake that does its own refusing",
    "AWS::Bedrock::GuardrailVersion": "the local model is a fake that does its own refusing",
    "AWS::Budgets::Budget": "there is no billing locally",
    "AWS::CloudWatch::AnomalyDetector": "bands are not learned locally",
    "AWS::CloudWatch::InsightRule": "contributors are not counted locally",
    "AWS::EC2::FlowLog": "networks are not emulated",
    "AWS::EC2::PrefixList": "networks are not emulated",
    "AWS::Events::EventBusPolicy": "buses take events from their own account only",
    "AWS::FIS::ExperimentTemplate": "experiments are not run locally",
    "AWS::IAM::ServiceLinkedRole": "service-linked roles exist without being made",
    "AWS::Kinesis::ResourcePolicy": "streams are used by their own account only",
    "AWS::Logs::LogAnomalyDetector": "anomalies are not learned locally",
    "AWS::SecretsManager::ResourcePolicy": "secrets are used by their own account only",
    "AWS::SecretsManager::RotationSchedule": "secrets of a local run do not live long enough",
    "AWS::WAFv2::LoggingConfiguration": "web ACLs inspect nothing locally",
    "AWS::WAFv2::WebACLAssociation": "web ACLs inspect nothing locally",
}
"""Types that are accepted and do nothing, each with its reason; `Arn`, `Id` and `Version` can be read."""

INLINE_POLICIES = {
    "AWS::SNS::TopicInlinePolicy": ("AWS::SNS::TopicPolicy", "TopicArn", "Topics"),
    "AWS::SQS::QueueInlinePolicy": ("AWS::SQS::QueuePolicy", "Queue", "Queues"),
}
"""A policy of one topic or queue -> the type that ministack knows, and the two properties' names."""


def install() -> None:
    """Register the handlers with ministack's engine; a type that it knows by now is left to it."""
    known = provisioners._RESOURCE_HANDLERS
    known.setdefault("AWS::SSM::Document", _documents(provisioners))
    known.setdefault("AWS::CloudWatch::CompositeAlarm", _composite_alarms(provisioners, cloudwatch))
    for kind in ACCEPTED:
        known.setdefault(kind, _accepted(kind))
    for kind, (listed, one, many) in INLINE_POLICIES.items():
        known.setdefault(kind, _inline_policy(known[listed], one, many))


def _scope() -> tuple[str, str]:
    return get_account_id(), get_region()


def _documents(provisioners: Any) -> Handlers:
    def request(properties: dict[str, Any], name: str) -> dict[str, Any]:
        content = properties["Content"]
        as_text = content if isinstance(content, str) else json.dumps(content)
        written = properties.get("DocumentFormat", "JSON") if isinstance(content, str) else "JSON"
        kind = properties.get("DocumentType", "Command")
        return {"Name": name, "Content": as_text, "DocumentFormat": written, "DocumentType": kind}

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        name = properties.get("Name") or provisioners._physical_name(stack, logical_id)
        documents.create_document(request(properties, name), _scope())
        return name, {}

    def update(name: str, _old: Any, properties: dict[str, Any], _stack: str) -> tuple[str, dict[str, Any]]:
        """A new version that becomes the default one, as `UpdateMethod: NewVersion` does."""
        try:
            updated = documents.update_document(request(properties, name), _scope())
        except Fault as fault:
            if fault.code != "DuplicateDocumentContent":
                raise
            return name, {}
        version = updated["DocumentDescription"]["DocumentVersion"]
        documents.update_document_default_version({"Name": name, "DocumentVersion": version}, _scope())
        return name, {}

    def delete(name: str, _properties: Any) -> None:
        if documents.find(_scope(), name):
            documents.delete_document({"Name": name}, _scope())

    return {"create": create, "update": update, "delete": delete}


_COMPOSITE_PROPERTIES = (
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "AlarmRule",
    "InsufficientDataActions",
    "OKActions",
)


def _composite_alarms(provisioners: Any, cloudwatch: Any) -> Handlers:
    def put(name: str, properties: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        account, region = _scope()
        request = {key: properties[key] for key in _COMPOSITE_PROPERTIES if key in properties}
        status, _headers, body = cloudwatch._put_composite_alarm(
            {}, {"AlarmName": name, **request}, False, True
        )
        if status != 200:
            raise ValueError(f"PutCompositeAlarm failed: {body!r}")
        return name, {"Arn": f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"}

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        name = properties.get("AlarmName") or provisioners._physical_name(stack, logical_id, max_len=255)
        return put(name, properties)

    def update(name: str, _old: Any, properties: dict[str, Any], _stack: str) -> tuple[str, dict[str, Any]]:
        return put(name, properties)

    def delete(name: str, _properties: Any) -> None:
        cloudwatch._composite_alarms.pop(name, None)

    return {"create": create, "update": update, "delete": delete}


def _inline_policy(listed: Handlers, one: str, many: str) -> Handlers:
    def widened(properties: dict[str, Any]) -> dict[str, Any]:
        return {"PolicyDocument": properties["PolicyDocument"], many: [properties[one]]}

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        return listed["create"](logical_id, widened(properties), stack)

    def update(name: str, old: dict[str, Any], properties: dict[str, Any], stack: str) -> Any:
        return listed["update"](name, widened(old), widened(properties), stack)

    def delete(name: str, properties: dict[str, Any]) -> Any:
        return listed["delete"](name, widened(properties))

    return {"create": create, "update": update, "delete": delete}


def _accepted(kind: str) -> Handlers:
    _aws, service, resource = kind.split("::")

    def create(logical_id: str, _properties: Any, stack: str) -> tuple[str, dict[str, Any]]:
        account, region = _scope()
        name = provisioners._physical_name(stack, logical_id)
        arn = f"arn:aws:{service.lower()}:{region}:{account}:{resource.lower()}/{name}"
        attributes = {"Arn": arn, "Id": name, "Version": "1"}
        return name, {**attributes, **{f"{resource}{key}": value for key, value in attributes.items()}}

    return {"create": create, "update": lambda name, *_rest: (name, {}), "delete": lambda *_rest: None}
