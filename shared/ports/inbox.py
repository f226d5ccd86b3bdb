"""What makes consumers idempotent, and one incident out of many signals."""

from typing import Protocol


class Inbox(Protocol):
    """Remembers what a consumer has done."""

    def seen(self, consumer: str, key: str) -> bool:
        """Whether `done` was called for this."""
        ...

    def done(self, consumer: str, key: str) -> None:
        """Remember; to be called after the work."""
        ...


class OpenIncidents(Protocol):
    """At most one open incident an application."""

    def claim(self, application: str, incident_id: str) -> str:
        """The application's open incident: `incident_id` if there was none, else the earlier one."""
        ...

    def release(self, application: str, incident_id: str) -> None:
        """Let the next signal open a new incident; harmless when another holds the claim."""
        ...
