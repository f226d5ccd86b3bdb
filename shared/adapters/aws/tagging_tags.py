"""The tags of resources, from the Resource Groups Tagging API: one call for every kind of resource."""

from collections.abc import Mapping
from typing import Any

from shared.adapters.aws.errors import port_errors


class TaggingTags:
    """`client` is boto3's `resourcegroupstaggingapi` in the targets' Region.

    The API knows the tags of what can be tagged and is listed in its user guide; of anything else it knows
    none. It is eventually consistent: a tag counts some seconds after it was written.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def tags(self, arn: str) -> Mapping[str, str]:
        """Every tag of the resource, by key.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            found = self._client.get_resources(ResourceARNList=[arn])["ResourceTagMappingList"]
        return {
            tag["Key"]: tag["Value"] for each in found if each["ResourceARN"] == arn for tag in each["Tags"]
        }
