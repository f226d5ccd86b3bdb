"""What was done lately, in this process."""

from datetime import datetime
from threading import Lock

from shared.ports.action_history import DAY, HOUR, Acted, Counts, Past, begun, counted, harmful, touching


class MemoryActionHistory:
    """One object for all who share it."""

    def __init__(self) -> None:
        self._on_service: dict[str, tuple[Past, ...]] = {}
        self._of_remedy: dict[tuple[str, str], tuple[Past, ...]] = {}
        self._on_target: dict[str, tuple[Past, ...]] = {}
        self._lock = Lock()

    def before(self, action: Acted) -> Counts:
        """What went before this action."""
        with self._lock:
            return counted(self._on_service.get(action.service, ()), self._tries(action), action)

    def begin(self, action: Acted, most: int) -> bool:
        """Note the action before it begins; False when `most` others are in the hour already."""
        with self._lock:
            after = begun(self._on_service.get(action.service, ()), action, HOUR, most)
            if after is None:
                return False
            self._on_service[action.service] = after
            tried = begun(self._tries(action), action, DAY, None)
            self._of_remedy[action.runbook, action.target] = tried or ()
            return True

    def touch(self, target: str, token: str, at: datetime) -> None:
        """Note that the machine changes a target."""
        with self._lock:
            self._on_target[target] = touching(self._on_target.get(target, ()), token, at)

    def touched(self, target: str) -> tuple[datetime, ...]:
        """When it began to change this target."""
        with self._lock:
            return tuple(one.at for one in self._on_target.get(target, ()))

    def harmed(self, action: Acted) -> None:
        """The action did harm."""
        with self._lock:
            self._of_remedy[action.runbook, action.target] = harmful(self._tries(action), action)

    def _tries(self, action: Acted) -> tuple[Past, ...]:
        return self._of_remedy.get((action.runbook, action.target), ())
