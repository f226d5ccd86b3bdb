"""Simulated time, which moves when it is told to, and identities that are the same in every run."""

from datetime import UTC, datetime, timedelta

from ulid import ULID

START = datetime(2026, 1, 1, tzinfo=UTC)


class ManualClock:
    """Time by hand; identities are ULIDs of the simulated time and a counter."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start.astimezone(UTC)
        self._count = 0

    def now(self) -> datetime:
        """The simulated time, in UTC."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move time."""
        self._now += by

    def new_id(self) -> str:
        """The next ULID: 48 bits of milliseconds, then the counter."""
        self._count += 1
        milliseconds = int(self._now.timestamp() * 1000)
        return str(ULID.from_bytes(milliseconds.to_bytes(6, "big") + self._count.to_bytes(10, "big")))
