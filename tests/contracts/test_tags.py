"""What every reader of tags says."""

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
    return TaggingTags(lambda _: aws.client("resourcegroupstaggingapi"))


def test_every_tag_is_there(tags: TagReader) -> None:
    assert tags.tags(f"{ARN}pool") == TAGS


@pytest.mark.parametrize("name", ["size", "nothing"])
def test_what_has_none_and_what_is_not_there_have_none(tags: TagReader, name: str) -> None:
    assert tags.tags(f"{ARN}{name}") == {}
