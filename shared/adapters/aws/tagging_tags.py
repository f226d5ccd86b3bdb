"""The tags of resources, from the Resource Groups Tagging API: one call for every kind of resource."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.adapters.aws.errors import port_errors


class TaggingTags:
    """`client_for` gives boto3's `resourcegroupstaggingapi` in the account and Region of an ARN.

    The API knows the tags of what can be tagged and is listed in its user guide; of anything else it knows
    none. It is eventually consistent: a tag counts some seconds after it was written.
    """

    def __init__(self, client_for: Callable[[str], Any]) -> None:
        self._client_for = client_for

    def tags(self, arn: str) -> Mapping[str, str]:
        """Every tag of the resource, by key.

        Raises:
            OutOfReach: the stage does not act there.
            PortError: AWS failed.
        """
        client = self._client_for(arn)
        with port_errors():
            found = client.get_resources(ResourceARNList=[arn])["ResourceTagMappingList"]
        return {
            tag["Key"]: tag["Value"] for each in found if each["ResourceARN"] == arn for tag in each["Tags"]
        }
