"""The state machine's executions, as somebody sees them who only looks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Execution:
    """One attempt at an incident, and who it is about."""

    name: str
    started_at: datetime

    @property
    def incident_id(self) -> str:
        """`INC-1-2` and its fallback are attempts at INC-1."""
        return self.name.removesuffix("-fallback").rpartition("-")[0]


class Executions(Protocol):
    """Newest first."""

    def running(self) -> tuple[Execution, ...]:
        """The newest thousand that have not ended.

        Raises:
            PortError: it is not known.
        """
        ...

    def latest(self, most: int) -> tuple[Execution, ...]:
        """The newest, whatever became of them; at most a thousand.

        Raises:
            PortError: it is not known.
        """
        ...
