"""The product's own functions from outside: when they ran, and whether what feeds them is on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Feed:
    """One stream's mapping to a function."""

    id: str
    function: str  # its name in the house
    stream: str
    state: str  # as Lambda says it: Enabled, Disabled, ...
    result: str = ""  # of what was processed last, as Lambda says it

    @property
    def on(self) -> bool:
        """Whether records arrive, or will within moments."""
        return self.state in {"Creating", "Enabling", "Enabled", "Updating"}


@dataclass(frozen=True)
class Activity:
    """What a function did in a span of time."""

    invocations: int
    errors: int
    last: datetime | None = None  # the beginning of the last period in which it ran


class Functions(Protocol):
    """All functions of the stage, by their names in the house."""

    def feeds(self) -> tuple[Feed, ...]:
        """The mappings of all of them.

        Raises:
            PortError: it is not known.
        """
        ...

    def activity(self, names: tuple[str, ...], since: datetime, now: datetime) -> Mapping[str, Activity]:
        """What these functions did since then.

        Raises:
            PortError: it is not known.
        """
        ...
