"""Known good states in this process."""

from shared.ports.known_good import Plain


class MemoryKnownGood:
    """One object for all who share it."""

    def __init__(self) -> None:
        self._states: dict[tuple[str, str], Plain] = {}

    def save(self, target: str, runbook: str, state: Plain) -> None:
        """Remember a state."""
        self._states[target, runbook] = dict(state)

    def find(self, target: str, runbook: str) -> Plain | None:
        """The last one."""
        return self._states.get((target, runbook))
