"""Alarms in this process."""

from shared.ports.alarms import Alarm


class MemoryAlarms:
    """Whoever has it puts them there."""

    def __init__(self, *alarms: Alarm) -> None:
        self.kept = list(alarms)

    def alarms(self) -> tuple[Alarm, ...]:
        """All of them, by name."""
        return tuple(sorted(self.kept, key=lambda one: one.name))
