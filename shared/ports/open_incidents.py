"""What makes one incident out of many signals."""

from collections.abc import Sequence
from typing import Protocol


class OpenIncidents(Protocol):
    """At most one open incident an application."""

    def claim(self, application: str, incident_id: str) -> str:
        """The application's open incident: `incident_id` if there was none, else the earlier one."""
        ...

    def release(self, application: str, incident_id: str) -> None:
        """Let the next signal open a new incident; harmless when another holds the claim."""
        ...

    def held(self, applications: Sequence[str]) -> Sequence[str]:
        """The open incidents of these applications."""
        ...
