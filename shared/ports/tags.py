"""The tags of resources."""

from collections.abc import Mapping
from typing import Protocol


class TagReader(Protocol):
    """Reads what people wrote on a resource."""

    def tags(self, arn: str) -> Mapping[str, str]:
        """Every tag of the resource, by key; empty when it has none, or does not exist.

        Raises:
            PortError: they cannot be read; then nothing may be executed.
        """
        ...
