"""Where to say that something changed: a hint, that may be lost."""

from collections.abc import Sequence
from typing import Protocol


class Hints(Protocol):
    """Somebody looks soon."""

    def send(self, incident_ids: Sequence[str]) -> None:
        """Say that these incidents changed; at most 100.

        Raises:
            PortError: nobody is known to have heard it.
        """
        ...
