"""The tags of resources, from the Resource Groups Tagging API, and from Auto Scaling of its own groups.

GetResources knows every kind of resource, but answers nothing of Auto Scaling groups and of IAM:
https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from shared.adapters.aws.errors import port_errors


class TaggingTags:
    """`client_for` gives the boto3 client of a service by name, in the account and Region of an ARN.

    The API is eventually consistent: a tag counts some seconds after it was written.
    """

    def __init__(self, client_for: Callable[[str, str], Any]) -> None:
        self._client_for = client_for

    def tags(self, arn: str) -> Mapping[str, str]:
        """Every tag of the resource, by key; an alias or version of a function has the function's.

        Raises:
            OutOfReach: the stage does not act there.
            PortError: AWS failed.
        """
        service = arn.split(":")[2] if arn.count(":") > 1 else ""
        if service == "autoscaling":
            return self._of_group(arn)
        asked = ":".join(arn.split(":")[:7]) if service == "lambda" else arn
        client = self._client_for(arn, "resourcegroupstaggingapi")
        with port_errors():
            found = client.get_resources(ResourceARNList=[asked])["ResourceTagMappingList"]
        return {
            tag["Key"]: tag["Value"] for one in found if one["ResourceARN"] == asked for tag in one["Tags"]
        }

    def _of_group(self, arn: str) -> dict[str, str]:
        named = [{"Name": "auto-scaling-group", "Values": [arn.rpartition("autoScalingGroupName/")[2]]}]
        pages = self._client_for(arn, "autoscaling").get_paginator("describe_tags")
        with port_errors():
            found = pages.paginate(Filters=named).build_full_result()["Tags"]
        return {tag["Key"]: tag.get("Value", "") for tag in found}
