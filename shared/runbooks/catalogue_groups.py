"""What the runbooks on EC2 Auto Scaling groups have in common: the target, and what is seen on it."""

from typing import Any

from shared.domain.runbook import Observation, State

NAME = r"[A-Za-z0-9_.-]{1,255}"
TARGET = (
    r"arn:aws:autoscaling:[a-z0-9-]+:[0-9]{12}:autoScalingGroup:[0-9a-f-]{36}"
    rf":autoScalingGroupName/(?P<AutoScalingGroupName>{NAME})"
)
ARN = "arn:aws:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/*"


def seen(name: str, select: str) -> Observation:
    """One observation of the group; AWS authorises describing groups on `*` only."""
    return Observation(
        name=name,
        service="autoscaling",
        api="DescribeAutoScalingGroups",
        arguments={"AutoScalingGroupNames": ["{AutoScalingGroupName}"]},
        select=f"AutoScalingGroups[0].{select}",
        action="autoscaling:DescribeAutoScalingGroups",
        on="*",
    )


DESIRED = seen("desired", "DesiredCapacity")
HEALTHY = seen("healthy", "length(Instances[?LifecycleState=='InService' && HealthStatus=='Healthy'])")
SUSPENDED = seen("suspended", "sort(not_null(SuspendedProcesses[].ProcessName, `[]`))")


def suspended(state: State, *processes: str) -> str:
    """Why the group cannot do what these processes do, or nothing."""
    found: list[Any] = [each for each in state.get("suspended") or () if each in processes]
    return f"its process {found[0]} is suspended" if found else ""
