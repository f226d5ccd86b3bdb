"""What a scenario is: a story, what breaks, and the truth that a run is compared with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

Status = Literal["resolved", "rolled_back", "none"]
Remedy = tuple[str, str]
"""(id of a runbook, name of the service that it acts on)."""


class Patient(Protocol):
    """What a scenario may turn."""

    def put_parameter(self, name: str, value: str) -> None:
        """Set an SSM parameter."""
        ...

    def deploy(self, service: str, release: int) -> None:
        """Give a service the task definition of a release."""
        ...

    def impose(self, **conditions: float) -> None:
        """Set what comes from outside: fields of Conditions; the others are as on an ordinary day."""
        ...


@dataclass(frozen=True)
class Truth:
    """What is true about a scenario, whatever the agents find."""

    classification: str | None  # None: there is no incident
    root_cause: str | None  # a service of the catalogue
    status: Status
    cure: str | None  # id of the runbook that cures it; None: none in the catalogue does
    acceptable: frozenset[Remedy]
    """What an on-call engineer would defend, given what can be seen; also a remedy that backfires."""
    escalated: bool = False
    restored: tuple[str, ...] = ()  # keys of Storefront.state() that must be as before break_it

    @property
    def rolled_back(self) -> bool:
        """Whether a remedy has to be undone."""
        return self.status == "rolled_back"


@dataclass(frozen=True)
class Scenario:
    """One way for the storefront's day to go."""

    name: str
    title: str
    story: str  # read by a person before it starts
    break_it: Callable[[Patient], None]
    truth: Truth
