"""The tags of resources, in this process."""

from collections.abc import Mapping


class MemoryTags:
    """As many as are given: ARN -> tags."""

    def __init__(self, tags: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._tags = tags or {}

    def tags(self, arn: str) -> Mapping[str, str]:
        """Every tag of the resource, by key."""
        return self._tags.get(arn, {})
