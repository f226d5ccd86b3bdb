"""What every reader of tags says."""

from typing import Any

import boto3
import pytest

from shared.adapters.aws.tagging_tags import TaggingTags
from shared.adapters.local.memory_tags import MemoryTags
from shared.ports.tags import TagReader

ARN = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/"
TAGS = {"commander:protected": "true", "team": "shop"}


@pytest.fixture(params=["local", "aws"])
def tags(request: pytest.FixtureRequest) -> TagReader:
    if request.param == "local":
        return MemoryTags({f"{ARN}pool": TAGS})
    aws = request.getfixturevalue("aws")
    ssm = aws.client("ssm")
    given = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    ssm.put_parameter(Name="/shop/pool", Value="5", Type="String", Tags=given)
    ssm.put_parameter(Name="/shop/size", Value="5", Type="String")
    return TaggingTags(lambda _, service: aws.client(service))


def test_every_tag_is_there(tags: TagReader) -> None:
    assert tags.tags(f"{ARN}pool") == TAGS


@pytest.mark.parametrize("name", ["size", "nothing"])
def test_what_has_none_and_what_is_not_there_have_none(tags: TagReader, name: str) -> None:
    assert tags.tags(f"{ARN}{name}") == {}


def test_auto_scaling_is_asked_itself(aws: boto3.Session) -> None:
    groups = aws.client("autoscaling")
    image = aws.client("ec2").describe_images()["Images"][0]["ImageId"]
    groups.create_launch_configuration(LaunchConfigurationName="l", ImageId=image, InstanceType="t3.micro")
    for name in ("web", "other"):
        groups.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchConfigurationName="l",
            MinSize=0,
            MaxSize=0,
            AvailabilityZones=["eu-central-1a"],
            Tags=[{"Key": "name", "Value": name, "PropagateAtLaunch": False}],
        )
    found = groups.describe_auto_scaling_groups(AutoScalingGroupNames=["web"])["AutoScalingGroups"]
    tags = TaggingTags(lambda _, service: aws.client(service))
    assert tags.tags(found[0]["AutoScalingGroupARN"]) == {"name": "web"}


FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:pay"


class Answering:
    """The Tagging API with one tagged function."""

    def get_resources(self, **asked: Any) -> dict[str, Any]:
        mapping = {"ResourceARN": FUNCTION, "Tags": [{"Key": "team", "Value": "shop"}]}
        return {"ResourceTagMappingList": [mapping] if asked["ResourceARNList"] == [FUNCTION] else []}


@pytest.mark.parametrize("qualifier", ["", ":live", ":7"])
def test_an_alias_has_its_functions_tags(qualifier: str) -> None:
    tags = TaggingTags(lambda _arn, _service: Answering())
    assert tags.tags(f"{FUNCTION}{qualifier}") == {"team": "shop"}
