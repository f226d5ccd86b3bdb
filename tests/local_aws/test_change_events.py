"""The EventBridge events of changed parameters and of ECS deployments."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from tests.local_aws.conftest import Maker, eventually, unique

pytestmark = pytest.mark.local_aws


@pytest.fixture(scope="module")
def cluster(aws: LocalAws) -> str:
    name = unique("cluster")
    aws.client("ecs").create_cluster(clusterName=name)
    return name


def service(aws: LocalAws, cluster: str, **settings: Any) -> str:
    name, client = unique("service"), aws.client("ecs")
    definition = definition_of(aws, name)
    client.create_service(
        cluster=cluster, serviceName=name, taskDefinition=definition, desiredCount=2, **settings
    )
    return name


def definition_of(aws: LocalAws, family: str) -> str:
    container = {"name": "main", "image": "example/main:1", "memory": 64, "essential": True}
    made = aws.client("ecs").register_task_definition(family=family, containerDefinitions=[container])
    return str(made["taskDefinition"]["taskDefinitionArn"])


def deployments(make: Maker, arn: str) -> str:
    return make.events(
        {"source": ["aws.ecs"], "detail-type": ["ECS Deployment State Change"], "resources": [arn]}
    )


def test_a_parameter_that_is_made_changed_and_deleted_is_announced_each_time(
    aws: LocalAws, make: Maker
) -> None:
    ssm, name = aws.client("ssm"), f"/{unique('app')}/limit"
    queue = make.events({"source": ["aws.ssm"], "detail": {"name": [name]}})
    seen = []
    for change in (
        lambda: ssm.put_parameter(Name=name, Value="200", Type="String", Description="the most"),
        lambda: ssm.put_parameter(Name=name, Value="20", Overwrite=True),
        lambda: ssm.delete_parameter(Name=name),
    ):
        change()
        seen += make.drain(queue)
    base = {"name": name, "type": "String"}
    assert [event["detail"] for event in seen] == [
        {**base, "operation": "Create", "description": "the most"},
        {**base, "operation": "Update", "description": "the most"},
        {**base, "operation": "Delete"},
    ]
    for event in seen:
        assert event["detail-type"] == "Parameter Store Change"
        assert event["resources"] == [f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}"]
        assert (event["account"], event["region"]) == (ACCOUNT, REGION)


def test_each_of_several_parameters_deleted_at_once_is_announced(aws: LocalAws, make: Maker) -> None:
    ssm, path = aws.client("ssm"), f"/{unique('app')}"
    names = [f"{path}/a", f"{path}/b"]
    queue = make.events({"source": ["aws.ssm"], "detail": {"name": names, "operation": ["Delete"]}})
    for name in names:
        ssm.put_parameter(Name=name, Value="1", Type="String")
    ssm.delete_parameters(Names=[*names, f"{path}/never"])
    assert {event["detail"]["name"] for event in make.drain(queue, count=2)} == set(names)


def test_a_put_that_is_refused_is_not_announced(aws: LocalAws, make: Maker) -> None:
    ssm, name = aws.client("ssm"), f"/{unique('app')}/limit"
    ssm.put_parameter(Name=name, Value="1", Type="String")
    queue = make.events({"source": ["aws.ssm"], "detail": {"name": [name], "operation": ["Update"]}})
    with pytest.raises(ssm.exceptions.ParameterAlreadyExists):
        ssm.put_parameter(Name=name, Value="2", Type="String")
    assert make.drain(queue, seconds=1) == []


def test_a_deployment_is_announced_when_it_starts_and_when_it_has_settled(
    aws: LocalAws, make: Maker, cluster: str
) -> None:
    ecs, name = aws.client("ecs"), service(aws, cluster)
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{cluster}/{name}"
    queue = deployments(make, arn)
    ecs.update_service(cluster=cluster, service=name, taskDefinition=definition_of(aws, name))
    begun, done = make.drain(queue, count=2)
    assert begun["detail-type"] == done["detail-type"] == "ECS Deployment State Change"
    assert begun["resources"] == [arn]
    assert set(begun["detail"]) == {"eventType", "eventName", "deploymentId", "updatedAt", "reason"}
    assert begun["detail"]["eventType"] == "INFO"
    assert begun["detail"]["eventName"] == "SERVICE_DEPLOYMENT_IN_PROGRESS"
    assert done["detail"]["eventName"] == "SERVICE_DEPLOYMENT_COMPLETED"
    identity = begun["detail"]["deploymentId"]
    assert identity.startswith("ecs-svc/")
    assert identity == done["detail"]["deploymentId"]
    assert begun["detail"]["reason"] == f"ECS deployment {identity} in progress."


def test_a_new_service_has_an_initial_deployment(aws: LocalAws, make: Maker, cluster: str) -> None:
    queue = make.events(
        {
            "source": ["aws.ecs"],
            "resources": [{"prefix": f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{cluster}/"}],
            "detail": {"eventName": ["SERVICE_DEPLOYMENT_IN_PROGRESS"]},
        }
    )
    name = service(aws, cluster)
    (event,) = make.drain(queue)
    assert event["resources"][0].endswith(f"/{name}")


def test_a_new_desired_count_alone_starts_no_deployment(aws: LocalAws, make: Maker, cluster: str) -> None:
    ecs, name = aws.client("ecs"), service(aws, cluster)
    described = {"cluster": cluster, "services": [name]}
    running = lambda: ecs.describe_services(**described)["services"][0]["runningCount"]  # noqa: E731
    assert eventually(lambda: running() == 2)
    queue = deployments(make, f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{cluster}/{name}")
    ecs.update_service(cluster=cluster, service=name, desiredCount=3)
    assert eventually(lambda: running() == 3)
    assert make.drain(queue, seconds=1) == []
