"""Auto Scaling: an unhealthy instance is replaced unless a process is suspended; endings are on record."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_aws.process import LocalAws
from scripts.runbooks.groups import new_group, sicken
from tests.local_aws.conftest import Maker

pytestmark = pytest.mark.local_aws


def group(aws: LocalAws, name: str) -> Any:
    (found,) = aws.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])[
        "AutoScalingGroups"
    ]
    return found


def ids(aws: LocalAws, name: str) -> set[str]:
    return {each["InstanceId"] for each in group(aws, name)["Instances"]}


def causes(aws: LocalAws, name: str) -> list[str]:
    found = aws.client("autoscaling").describe_scaling_activities(AutoScalingGroupName=name)
    return [each["Cause"].split("in response to ")[-1] for each in found["Activities"]]


def test_an_unhealthy_instance_is_replaced_and_the_newest_activity_comes_first(aws: LocalAws) -> None:
    name, _ = new_group(aws, instances=2)
    before = ids(aws, name)
    sicken(aws, name)
    assert len(before & ids(aws, name)) == 1
    gone = next(iter(ids(aws, name)))
    aws.client("autoscaling").terminate_instance_in_auto_scaling_group(
        InstanceId=gone, ShouldDecrementDesiredCapacity=False
    )
    assert len(ids(aws, name) - {gone}) == 2
    assert causes(aws, name) == ["a user request.", "a user health-check."]


@pytest.mark.parametrize("process", ["ReplaceUnhealthy", "Terminate", "Launch"])
def test_a_suspended_process_leaves_it_unhealthy_until_resumed(aws: LocalAws, process: str) -> None:
    client, (name, _) = aws.client("autoscaling"), new_group(aws, instances=2)
    before = ids(aws, name)
    client.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=[process])
    assert [each["ProcessName"] for each in group(aws, name)["SuspendedProcesses"]] == [process]
    sicken(aws, name)
    assert ids(aws, name) == before
    assert {each["HealthStatus"] for each in group(aws, name)["Instances"]} == {"Healthy", "Unhealthy"}
    client.resume_processes(AutoScalingGroupName=name, ScalingProcesses=[process])
    assert group(aws, name)["SuspendedProcesses"] == []


def test_an_ending_may_lower_the_desired_capacity(aws: LocalAws) -> None:
    name, _ = new_group(aws, instances=2)
    aws.client("autoscaling").terminate_instance_in_auto_scaling_group(
        InstanceId=min(ids(aws, name)), ShouldDecrementDesiredCapacity=True
    )
    assert group(aws, name)["DesiredCapacity"] == len(ids(aws, name)) == 1


def test_a_call_is_authorised_on_the_group_that_holds_the_instance(aws: LocalAws, make: Maker) -> None:
    (_, mine), (other, _) = new_group(aws, instances=2), new_group(aws, instances=2)
    action = "autoscaling:TerminateInstanceInAutoScalingGroup"
    caller = aws.client(
        "autoscaling", **make.caller([{"Effect": "Allow", "Action": action, "Resource": mine}])
    )
    own = next(iter(ids(aws, mine.rsplit("/", 1)[-1])))
    caller.terminate_instance_in_auto_scaling_group(InstanceId=own, ShouldDecrementDesiredCapacity=False)
    with pytest.raises(ClientError, match="not authorized"):
        caller.terminate_instance_in_auto_scaling_group(
            InstanceId=min(ids(aws, other)), ShouldDecrementDesiredCapacity=False
        )
