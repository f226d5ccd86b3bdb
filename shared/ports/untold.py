"""Whose incidents' logs hold something that people have not heard: a hint where to look, never the truth."""

from collections.abc import Mapping
from typing import Protocol

AT_ONCE = 200


class Untold(Protocol):
    """A mark an incident, with the version of the last event that people should hear."""

    def mark(self, incident_id: str, version: int) -> None:
        """Mark the incident; a lower version than the marked one changes nothing.

        Raises:
            PortError: it may not be marked.
        """
        ...

    def some(self) -> Mapping[str, int]:
        """At most 200 marked incidents with their versions, by id, read consistently.

        Raises:
            PortError: it is not known.
        """
        ...

    def clear(self, incident_id: str, version: int) -> None:
        """Remove the mark unless it has another version by now.

        Raises:
            PortError: it may still be marked.
        """
        ...
