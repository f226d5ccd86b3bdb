"""EC2 Auto Scaling: instances that end and are replaced, processes that can be suspended, and activities.

On AWS an unhealthy instance is replaced, unless ReplaceUnhealthy, Terminate or Launch is suspended, and every
ending is an activity with its cause. ministack 1.5.33 keeps a list of healthy instances and nothing else.
Delete this when a release knows these calls.
https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import autoscaling

_PROCESSES = (
    "Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck",
    "InstanceRefresh", "ReplaceUnhealthy", "ScheduledActions",
)  # fmt: skip
_MEMBER = re.compile(r"(<AutoScalingGroupName>([^<]+)</AutoScalingGroupName><AutoScalingGroupARN>)")


def install() -> None:
    """Add the calls, and what DescribeAutoScalingGroups says of processes."""
    known = autoscaling._ACTION_MAP
    known["SuspendProcesses"] = _processes(lambda now, given: now | given)
    known["ResumeProcesses"] = _processes(lambda now, given: now - given)
    known["SetInstanceHealth"] = _set_health
    known["TerminateInstanceInAutoScalingGroup"] = _terminate
    known["DescribeScalingActivities"] = _activities
    known["DescribeAutoScalingGroups"] = _with_processes(known["DescribeAutoScalingGroups"])


def group_arn(name: str | None, instance: str | None) -> str | None:
    """The ARN of the group of this name, or of this instance."""
    found = autoscaling._asgs.get(name) if name else _holding(instance or "")
    return str(found["AutoScalingGroupARN"]) if found else None


def _holding(instance: str) -> Any:
    groups = autoscaling._asgs.values()
    return next(
        (one for one in groups if any(each["InstanceId"] == instance for each in one["Instances"])), None
    )


def _processes(change: Callable[[set[str], set[str]], set[str]]) -> Callable[[Any], Any]:
    def call(params: Any) -> Any:
        group = autoscaling._asgs.get(autoscaling._p(params, "AutoScalingGroupName"))
        if group is None:
            return autoscaling._error("ValidationError", "AutoScalingGroup name not found")
        given = set(autoscaling._parse_member_list(params, "ScalingProcesses")) or set(_PROCESSES)
        group["_suspended"] = change(set(group.get("_suspended", ())), given)
        return autoscaling._xml(200, f"{autoscaling._p(params, 'Action')}Response", "")

    return call


def _set_health(params: Any) -> Any:
    instance = autoscaling._p(params, "InstanceId")
    group = _holding(instance)
    if group is None:
        return autoscaling._error(
            "ValidationError", f"Instance Id not found - No managed instance {instance}"
        )
    for each in group["Instances"]:
        if each["InstanceId"] == instance:
            each["HealthStatus"] = autoscaling._p(params, "HealthStatus")
            stands = {"ReplaceUnhealthy", "Terminate", "Launch"} & set(group.get("_suspended", ()))
            if each["HealthStatus"] == "Unhealthy" and not stands:
                _end(
                    group,
                    instance,
                    "an instance was taken out of service in response to a user health-check.",
                )
                break
    return autoscaling._xml(200, "SetInstanceHealthResponse", "")


def _terminate(params: Any) -> Any:
    instance = autoscaling._p(params, "InstanceId")
    group = _holding(instance)
    if group is None:
        return autoscaling._error(
            "ValidationError", f"Instance Id not found - No managed instance {instance}"
        )
    if autoscaling._p(params, "ShouldDecrementDesiredCapacity").lower() == "true":
        group["DesiredCapacity"] -= 1
    activity = _end(group, instance, "an instance was taken out of service in response to a user request.")
    body = f"<TerminateInstanceInAutoScalingGroupResult><Activity>{activity}</Activity>"
    closed = f"{body}</TerminateInstanceInAutoScalingGroupResult>"
    return autoscaling._xml(200, "TerminateInstanceInAutoScalingGroupResponse", closed)


def _end(group: Any, instance: str, cause: str) -> str:
    """Take the instance away, start others up to the desired capacity, and say so."""
    group["Instances"][:] = [each for each in group["Instances"] if each["InstanceId"] != instance]
    if "Launch" not in group.get("_suspended", ()):
        autoscaling._reconcile_instances(group)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {
        "ActivityId": str(uuid.uuid4()),
        "AutoScalingGroupName": group["AutoScalingGroupName"],
        "Description": f"Terminating EC2 instance: {instance}",
        "Cause": f"At {now} {cause}",
        "StartTime": now,
        "EndTime": now,
        "StatusCode": "Successful",
        "Progress": "100",
    }
    activity = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())
    group.setdefault("_activities", []).insert(0, activity)
    return activity


def _activities(params: Any) -> Any:
    group = autoscaling._asgs.get(autoscaling._p(params, "AutoScalingGroupName")) or {}
    shown = group.get("_activities", [])[: int(autoscaling._p(params, "MaxRecords") or 100)]
    members = "".join(f"<member>{each}</member>" for each in shown)
    body = f"<Activities>{members}</Activities>"
    result = f"<DescribeScalingActivitiesResult>{body}</DescribeScalingActivitiesResult>"
    return autoscaling._xml(200, "DescribeScalingActivitiesResponse", result)


def _with_processes(inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def suspended(found: re.Match[str]) -> str:
        names = sorted(autoscaling._asgs[found[2]].get("_suspended", ()))
        members = "".join(f"<member><ProcessName>{name}</ProcessName></member>" for name in names)
        return f"<SuspendedProcesses>{members}</SuspendedProcesses>{found[1]}"

    def call(params: Any) -> Any:
        status, headers, body = inner(params)
        return status, headers, _MEMBER.sub(suspended, body.decode()).encode()

    return call
