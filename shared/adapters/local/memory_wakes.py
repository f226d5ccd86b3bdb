"""Wakes in this process, which somebody must call."""

from datetime import datetime, timedelta

from shared.ports.wakes import Wake


class MemoryWakes:
    """Keeps what was asked for."""

    def __init__(self) -> None:
        self.asked: dict[tuple[str, datetime], Wake] = {}

    def at(self, wake: Wake, moment: datetime) -> None:
        """Keep it, for the next full second: never before it is due."""
        second = moment.replace(microsecond=0) + timedelta(seconds=1 if moment.microsecond else 0)
        self.asked.setdefault((wake.incident_id, second), wake)

    def due(self, now: datetime) -> tuple[Wake, ...]:
        """The calls that are to come by now; each comes once."""
        keys = [one for one in self.asked if one[1] <= now]
        return tuple(self.asked.pop(one) for one in sorted(keys, key=lambda one: one[1]))
