"""Kill switch and levels, in this process."""

from threading import Lock

from shared.domain.autonomy import LevelChange, Levels
from shared.ports.controls import KillSwitch, demoted, with_level, without_level


class MemoryControls:
    """One object for all who share it."""

    def __init__(self) -> None:
        self._switch: KillSwitch | None = None
        self._levels = Levels()
        self._lock = Lock()

    def kill_switch(self) -> KillSwitch | None:
        """The switch as it was last set."""
        return self._switch

    def switch(self, switch: KillSwitch) -> None:
        """Set it."""
        self._switch = switch

    def levels(self) -> Levels:
        """The levels that were changed."""
        return self._levels

    def set_level(self, change: LevelChange) -> None:
        """A person sets the level of a runbook and tier; a demotion that stood is lifted."""
        with self._lock:
            now = self._levels
            self._levels = Levels(set=with_level(now.set, change), demoted=without_level(now.demoted, change))

    def demote(self, change: LevelChange) -> None:
        """Lower the level of a runbook and tier."""
        with self._lock:
            now = self._levels
            self._levels = Levels(set=now.set, demoted=demoted(now.demoted, change))
