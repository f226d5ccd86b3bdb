"""How far the read model is behind the log: asked of the log itself, and seldom."""

from datetime import datetime, timedelta

from shared.ports.clock import Clock
from shared.ports.log_reader import LogReader
from shared.ports.views import Views

LOOKED_AT = 20
"""The rows that were written last: what falls behind is what changes."""
ASKED_EVERY = timedelta(seconds=2)
KEPT_ALIVE = timedelta(minutes=3)
"""The projector marks the time every minute; after three without a mark nobody keeps the read model."""


class Lag:
    """One for a process; its answer is at most two seconds old."""

    def __init__(self, log: LogReader, views: Views, clock: Clock) -> None:
        self._log, self._views, self._clock = log, views, clock
        self._asked: datetime | None = None
        self._since: datetime | None = None
        self._unknown = True

    def seconds(self) -> int | None:
        """Age of the oldest event that is known not to be shown; None: nobody keeps the read model.

        Raises:
            PortError: the log or the read model cannot be read.
        """
        now = self._clock.now()
        if self._asked is None or not timedelta() <= now - self._asked < ASKED_EVERY:
            self._ask(now)
            self._asked = now
        if self._unknown:
            return None
        return max(0, int((now - self._since).total_seconds())) if self._since else 0

    def _ask(self, now: datetime) -> None:
        mark = self._views.marked()
        shown = {one.incident_id: one.version for one in self._views.newest(LOOKED_AT)}
        self._unknown = mark is None and not shown  # of a new stage the first minute has no mark yet
        if self._unknown:
            return
        heads = self._log.heads([*shown]) if shown else {}
        missing = [self.first_missing(one, shown[one]) for one, head in heads.items() if head > shown[one]]
        stale = [mark] if mark is not None and now - mark > KEPT_ALIVE else []
        self._since = min([*(one for one in missing if one), *stale], default=None)

    def first_missing(self, incident_id: str, version: int) -> datetime | None:
        """When the first event after this version was written."""
        after = self._log.events(incident_id, version, 1)
        return after[0].occurred_at if after else None
