"""What people, and harm that was done, change at run time: the kill switch and the levels of autonomy."""

from collections.abc import Sequence
from typing import Protocol

from pydantic import Field

from shared.domain.autonomy import LevelChange, Levels
from shared.domain.model import Model, Name, Utc


class KillSwitch(Model):
    """Whether everything is stopped, and who said so."""

    on: bool
    by: Name
    at: Utc
    reason: str = Field(min_length=1, max_length=500)


class Controls(Protocol):
    """Every change is atomic, and seen by the next who reads."""

    def kill_switch(self) -> KillSwitch | None:
        """The switch as it was last set; None when nobody ever did, which is off.

        Raises:
            PortError: it cannot be read; then nothing may be executed.
        """
        ...

    def switch(self, switch: KillSwitch) -> None:
        """Set it.

        Raises:
            PortError: nothing is known to be written.
        """
        ...

    def levels(self) -> Levels:
        """The levels that were changed.

        Raises:
            PortError: they cannot be read; then nothing may be executed.
        """
        ...

    def set_level(self, change: LevelChange) -> None:
        """A person sets the level of a runbook and tier; a demotion that stood is lifted.

        Raises:
            PortError: the demotion may still stand; setting it again completes it.
        """
        ...

    def demote(self, change: LevelChange) -> None:
        """Lower the level of a runbook and tier; one that was demoted as low already stays as it is.

        Raises:
            PortError: nothing is known to be written.
        """
        ...


def with_level(changes: Sequence[LevelChange], change: LevelChange) -> tuple[LevelChange, ...]:
    """The changes with this one in place of the earlier one of its runbook and tier."""
    return (*without_level(changes, change), change)


def without_level(changes: Sequence[LevelChange], change: LevelChange) -> tuple[LevelChange, ...]:
    """The changes without that of this one's runbook and tier."""
    return tuple(one for one in changes if (one.runbook, one.tier) != (change.runbook, change.tier))


def demoted(changes: Sequence[LevelChange], change: LevelChange) -> tuple[LevelChange, ...]:
    """The demotions with this one, unless one as low stands."""
    known = set(changes) - set(without_level(changes, change))
    return tuple(changes) if any(one.level <= change.level for one in known) else with_level(changes, change)
