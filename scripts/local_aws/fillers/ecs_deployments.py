"""ECS: the deployments of a service, and the revision that each brought and replaced.

On AWS every rolling deployment is listed, newest first, with its source and target service revision, and
each revision says its task definition. ministack 1.5.33 answers with empty lists. Delete this when it does.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ministack.core.responses import json_response
from ministack.services import ecs

_STATES = {"COMPLETED": "SUCCESSFUL", "FAILED": "STOPPED"}


def install() -> None:
    """Note each deployment that a call starts, and answer the three calls that show them."""
    noted: list[dict[str, Any]] = []
    for name in ("CreateService", "UpdateService"):
        ecs._ACTION_MAP[name] = _noting(ecs._ACTION_MAP[name], noted)
    ecs._ACTION_MAP["ListServiceDeployments"] = lambda data: json_response(
        {"serviceDeployments": [_shown(each) for each in reversed(noted) if _is_of(each, data)]}
    )
    ecs._ACTION_MAP["DescribeServiceDeployments"] = lambda data: json_response(
        {
            "serviceDeployments": [
                {**_shown(each), **each["revisions"]}
                for each in noted
                if each["arn"] in data["serviceDeploymentArns"]
            ]
        }
    )
    ecs._ACTION_MAP["DescribeServiceRevisions"] = lambda data: json_response(
        {
            "serviceRevisions": [
                {"serviceRevisionArn": each["revision"], "taskDefinition": each["definition"]}
                for each in noted
                if each["revision"] in data["serviceRevisionArns"]
            ]
        }
    )


def _noting(inner: Callable[[Any], Any], noted: list[dict[str, Any]]) -> Callable[[Any], Any]:
    def call(data: dict[str, Any]) -> Any:
        answer = inner(data)
        for service in list(ecs._services.values()):
            primary = next((each for each in service["deployments"] if each["status"] == "PRIMARY"), None)
            mine = [each for each in noted if each["service"] == service["serviceArn"]]
            if primary and not (mine and mine[-1]["deployment"]["id"] == primary["id"]):
                noted.append(_note(service["serviceArn"], primary, mine[-1] if mine else None))
        return answer

    return call


def _note(service: str, deployment: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    identity = deployment["id"].rsplit("/", 1)[-1]
    revision = f"{service.replace(':service/', ':service-revision/')}/{identity}"
    return {
        "service": service,
        "deployment": deployment,
        "created": time.time(),
        "arn": f"{service.replace(':service/', ':service-deployment/')}/{identity}",
        "revision": revision,
        "definition": deployment["taskDefinition"],
        "revisions": {
            "targetServiceRevision": {"arn": revision},
            "sourceServiceRevisions": [{"arn": before["revision"]}] if before else [],
        },
    }


def _is_of(noted: dict[str, Any], data: dict[str, Any]) -> bool:
    _, cluster, name = noted["service"].split("/")
    return (cluster, name) == tuple(
        str(data.get(each) or "default").rsplit("/", 1)[-1] for each in ("cluster", "service")
    )


def _shown(noted: dict[str, Any]) -> dict[str, Any]:
    return {
        "serviceDeploymentArn": noted["arn"],
        "serviceArn": noted["service"],
        "createdAt": noted["created"],
        "targetServiceRevisionArn": noted["revision"],
        "status": _STATES.get(noted["deployment"]["rolloutState"], "IN_PROGRESS"),
    }
