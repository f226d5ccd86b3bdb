"""What AWS does: dead letters move with their mover's rights, and an ECS service tells its deployments."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from scripts.runbooks.ecs import new_definition, running_service, settled
from scripts.runbooks.samples import redrive_dead_letters
from tests.local_aws.conftest import Maker, eventually

pytestmark = pytest.mark.local_aws

MOVING = ["sqs:StartMessageMoveTask", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


@pytest.fixture
def letters(aws: LocalAws) -> str:
    return redrive_dead_letters.make(aws)


def url(aws: LocalAws, arn: str) -> str:
    return str(aws.client("sqs").get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"])


def allow(actions: Any, resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def task(aws: LocalAws, letters: str) -> dict[str, Any]:
    """The queue's latest task, once it has ended."""

    def look() -> dict[str, Any] | None:
        (latest,) = aws.client("sqs").list_message_move_tasks(SourceArn=letters)["Results"]
        return latest if latest["Status"] != "RUNNING" else None

    return eventually(look) or {}


def test_a_queue_tells_whose_dead_letters_it_holds(aws: LocalAws, letters: str) -> None:
    orders = letters.removesuffix("-dead")
    told = aws.client("sqs").list_dead_letter_source_queues(QueueUrl=url(aws, letters))
    assert told["queueUrls"] == [url(aws, orders)]
    assert not aws.client("sqs").list_dead_letter_source_queues(QueueUrl=url(aws, orders))["queueUrls"]


def test_dead_letters_move_back_whole_with_the_rights_of_their_mover(
    aws: LocalAws, make: Maker, letters: str
) -> None:
    orders = letters.removesuffix("-dead")
    mover = aws.client("sqs", **make.caller([allow(MOVING, letters), allow("sqs:SendMessage", orders)]))
    mover.start_message_move_task(SourceArn=letters, DestinationArn=orders)
    ended = task(aws, letters)
    assert (ended["Status"], ended["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 3)
    assert sorted(each["order"] for each in make.drain(url(aws, orders), 3)) == [0, 1, 2]


def test_a_mover_who_may_not_send_moves_nothing(aws: LocalAws, make: Maker, letters: str) -> None:
    mover = aws.client("sqs", **make.caller([allow(MOVING, letters)]))
    mover.start_message_move_task(SourceArn=letters, DestinationArn=letters.removesuffix("-dead"))
    ended = task(aws, letters)
    assert ended["Status"] == "FAILED"
    assert "sqs:SendMessage" in ended["FailureReason"]
    with pytest.raises(mover.exceptions.ClientError, match="AccessDenied"):
        mover.start_message_move_task(SourceArn=letters.removesuffix("-dead"), DestinationArn=letters)


def test_a_service_tells_its_deployments_newest_first_with_what_each_replaced(aws: LocalAws) -> None:
    ecs, service = aws.client("ecs"), running_service(aws, tasks=1)
    _, cluster, name = service.split("/")
    (first,) = ecs.list_service_deployments(cluster=cluster, service=name)["serviceDeployments"]
    newer = new_definition(aws, name)
    ecs.update_service(cluster=cluster, service=name, taskDefinition=newer)
    settled(aws, cluster, name)
    latest, before = ecs.list_service_deployments(cluster=cluster, service=name)["serviceDeployments"]
    assert before["serviceDeploymentArn"] == first["serviceDeploymentArn"]
    assert latest["status"] == "SUCCESSFUL"
    (shown,) = ecs.describe_service_deployments(serviceDeploymentArns=[latest["serviceDeploymentArn"]])[
        "serviceDeployments"
    ]
    revisions = [shown["sourceServiceRevisions"][0]["arn"], shown["targetServiceRevision"]["arn"]]
    assert revisions == [before["targetServiceRevisionArn"], latest["targetServiceRevisionArn"]]
    told = ecs.describe_service_revisions(serviceRevisionArns=revisions)["serviceRevisions"]
    family = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{name}"
    assert [each["taskDefinition"] for each in told] == [f"{family}:1", f"{family}:2"]
    assert newer == f"{family}:2"


def test_what_is_told_of_a_deployment_is_granted_by_its_service(aws: LocalAws, make: Maker) -> None:
    service = running_service(aws, tasks=1)
    _, cluster, name = service.split("/")
    reading = ["ecs:ListServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions"]
    pattern = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service*/{cluster}/{name}*"
    able = aws.client("ecs", **make.caller([allow(reading, pattern)]))
    (latest,) = able.list_service_deployments(cluster=cluster, service=name)["serviceDeployments"]
    able.describe_service_deployments(serviceDeploymentArns=[latest["serviceDeploymentArn"]])
    able.describe_service_revisions(serviceRevisionArns=[latest["targetServiceRevisionArn"]])
    other = running_service(aws, tasks=1).rpartition("/")[2]
    with pytest.raises(able.exceptions.ClientError, match="AccessDenied"):
        able.list_service_deployments(cluster=cluster, service=other)
