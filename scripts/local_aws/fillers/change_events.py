"""The EventBridge events of a changed parameter and of an ECS deployment.

AWS sends "Parameter Store Change" when a parameter is created, updated or deleted, and "ECS Deployment State
Change" when a service gets a new deployment and when that has settled; a new desired count alone starts no
deployment and sends none. ministack 1.5.33 sends none of these. Delete this when a release does.
https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html (what triggers a deployment)
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import get_account_id, get_region, set_request_account_id, set_request_region
from ministack.services import ecs, eventbridge, ssm

from scripts.local_aws.fillers import hooks

log = logging.getLogger("local_aws.changes")
_HOOKS = {
    "ministack.services.ssm": (
        "_delete_parameter",
        "_delete_parameters",
        "_parameters",
        "_put_parameter",
    ),
    "ministack.services.ecs": ("_ACTION_MAP", "_services"),
    "ministack.services.eventbridge": ("_put_events",),
}
_LOOK_SECONDS = 0.2
_SETTLE_SECONDS = 600

Handler = Callable[[dict[str, Any]], Any]


def install() -> None:
    """Announce what changes parameters and services."""
    hooks.check(_HOOKS)
    for name in ("_put_parameter", "_delete_parameter", "_delete_parameters"):
        setattr(ssm, name, _announcing_parameters(getattr(ssm, name)))
    for name in ("CreateService", "UpdateService"):
        ecs._ACTION_MAP[name] = _announcing_deployments(ecs._ACTION_MAP[name])


def _announcing_parameters(inner: Handler) -> Handler:
    """The handler, and an event for each parameter that it created, updated or deleted."""

    def handle(data: dict[str, Any]) -> Any:
        names = data.get("Names") or [data.get("Name")]
        before = {name: ssm._parameters.get(name) for name in names}
        answer = inner(data)
        for name, old in before.items():
            new = ssm._parameters.get(name)
            if new is not old:  # every put makes a record of its own
                _announce_parameter(new or old, _operation(old, new))
        return answer

    return handle


def _operation(old: Any, new: Any) -> str:
    if new is None:
        return "Delete"
    return "Create" if old is None else "Update"


def _announce_parameter(record: dict[str, Any], operation: str) -> None:
    detail = {"operation": operation, "name": record["Name"], "type": record["Type"]}
    if record.get("Description") and operation != "Delete":
        detail["description"] = record["Description"]
    _in_background(lambda: _send("aws.ssm", "Parameter Store Change", record["ARN"], detail))


def _announcing_deployments(inner: Handler) -> Handler:
    """The handler, and the events of the deployment that it started, if it started one."""

    def handle(data: dict[str, Any]) -> Any:
        before = {each["id"] for service in list(ecs._services.values()) for each in service["deployments"]}
        answer = inner(data)
        arn = json.loads(answer[2]).get("service", {}).get("serviceArn")  # absent when it was refused
        for service in list(ecs._services.values()):
            deployment = service["deployments"][0]
            if service["serviceArn"] == arn and deployment["id"] not in before:
                _follow(service, deployment)
        return answer

    return handle


def _follow(service: dict[str, Any], deployment: dict[str, Any]) -> None:
    """Announce a deployment's start, and its end when it has settled."""
    arn, identity = service["serviceArn"], deployment["id"]

    def announce(name: str, reason: str, kind: str = "INFO") -> None:
        detail = {
            "eventType": kind,
            "eventName": name,
            "deploymentId": identity,
            "updatedAt": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "reason": f"ECS deployment {identity} {reason}.",
        }
        _send("aws.ecs", "ECS Deployment State Change", arn, detail)

    def follow() -> None:
        announce("SERVICE_DEPLOYMENT_IN_PROGRESS", "in progress")
        deadline = time.monotonic() + _SETTLE_SECONDS
        while time.monotonic() < deadline and deployment.get("status") == "PRIMARY":
            if deployment.get("rolloutState") == "FAILED":
                return announce("SERVICE_DEPLOYMENT_FAILED", "failed", "ERROR")
            if deployment.get("rolloutState") == "COMPLETED" and _settled(service):
                return announce("SERVICE_DEPLOYMENT_COMPLETED", "completed")
            time.sleep(_LOOK_SECONDS)
        return None

    _in_background(follow)


def _settled(service: dict[str, Any]) -> bool:
    return bool(service.get("runningCount", 0) >= service.get("desiredCount", 0))


def _in_background(work: Callable[[], None]) -> None:
    """Run on a thread of its own: a rule's target may call the service, which is still inside this change."""
    account, region = get_account_id(), get_region()

    def run() -> None:
        set_request_account_id(account)
        set_request_region(region)
        work()

    threading.Thread(target=run, daemon=True, name="change-event").start()


def _send(source: str, kind: str, resource: str, detail: dict[str, Any]) -> None:
    """Put the event as the service does: PutEvents refuses an `aws.` source from any caller."""
    entry = {
        "Source": source,
        "DetailType": kind,
        "Detail": json.dumps(detail),
        "Resources": [resource],
        "EventBusName": "default",
    }
    status, _headers, body = eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    if status != 200 or json.loads(body).get("FailedEntryCount"):
        log.error("the event of %s was not delivered: %s", resource, body)
