"""Schedules, rules and services: what happens by itself after a while."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scripts.local_aws.process import LocalAws
from tests.local_aws.conftest import Maker, eventually, unique

pytestmark = pytest.mark.local_aws


def test_a_one_time_schedule_fires_not_before_its_time(aws: LocalAws, make: Maker) -> None:
    url, arn = make.queue()
    role = make.role(
        "scheduler.amazonaws.com", [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}]
    )
    at = datetime.now(UTC) + timedelta(seconds=1)
    aws.client("scheduler").create_schedule(
        Name=unique("schedule"),
        ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": role, "Input": json.dumps({"deadline": "INC-7"})},
    )
    assert make.drain(url) == [{"deadline": "INC-7"}]
    assert datetime.now(UTC) >= at.replace(microsecond=0)


def test_a_finished_execution_is_an_event(make: Maker) -> None:
    machine = make.machine({"Done": {"Type": "Succeed", "Output": {"closed": True}}})
    detail = {"stateMachineArn": [machine], "status": ["SUCCEEDED"]}
    events = make.events({"source": ["aws.states"], "detail": detail})
    execution = make.start(machine)
    (event,) = make.drain(events)
    assert event["detail-type"] == "Step Functions Execution Status Change"
    assert event["detail"]["executionArn"] == execution
    assert json.loads(event["detail"]["output"]) == {"closed": True}


def test_running_tasks_follow_the_desired_count(aws: LocalAws) -> None:
    ecs, cluster = aws.client("ecs"), unique("cluster")
    ecs.create_cluster(clusterName=cluster)
    container = {"name": "app", "image": "app", "memory": 64}
    family = ecs.register_task_definition(family=unique("app"), containerDefinitions=[container])
    task = family["taskDefinition"]["taskDefinitionArn"]
    ecs.create_service(cluster=cluster, serviceName="api", taskDefinition=task, desiredCount=1)

    def running(wanted: int) -> Any:
        def look() -> bool:
            (service,) = ecs.describe_services(cluster=cluster, services=["api"])["services"]
            return bool(service["runningCount"] == wanted)

        return eventually(look)

    assert running(1)
    ecs.update_service(cluster=cluster, service="api", desiredCount=3)
    assert running(3)
    (victim, *_) = ecs.list_tasks(cluster=cluster, serviceName="api")["taskArns"]
    ecs.stop_task(cluster=cluster, task=victim)
    assert running(3)
    ecs.update_service(cluster=cluster, service="api", desiredCount=0)
    assert running(0)
