"""The read model in this process."""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from shared.ports.clock import Clock
from shared.ports.views import Listed, View, stamp


class MemoryViews:
    """Everything in a dictionary."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[View, str]] = {}
        self._mark: datetime | None = None
        self._lock = Lock()

    def keep(self, view: View) -> bool:
        """Keep it, unless as new a one is kept."""
        with self._lock:
            earlier = self._kept.get(view.incident_id)
            if earlier is not None and earlier[0].version >= view.version:
                return False
            self._kept[view.incident_id] = (view, f"{stamp(self._clock.now())}#{view.incident_id}")
            return True

    def page(self, incident_id: str) -> View | None:
        """What is kept of an incident."""
        kept = self._kept.get(incident_id)
        return kept[0] if kept else None

    def rows(self, status: str | None, after: str | None, limit: int) -> Sequence[Listed]:
        """Rows, newest first."""
        found = [
            each
            for each in self._kept.values()
            if status in (None, each[0].status) and (after is None or each[0].place < after)
        ]
        return [_listed(each) for each in sorted(found, key=lambda each: each[0].place, reverse=True)[:limit]]

    def written(self, after: str, limit: int) -> Sequence[Listed]:
        """Rows by when they were written, oldest first."""
        return [one for one in self._by_time() if one.written > after][:limit]

    def newest(self, limit: int) -> Sequence[Listed]:
        """The rows that were written last."""
        return self._by_time()[::-1][:limit]

    def mark(self, at: datetime) -> None:
        """Note the time."""
        self._mark = at

    def marked(self) -> datetime | None:
        """The last mark."""
        return self._mark

    def wipe(self) -> int:
        """Forget everything."""
        with self._lock:
            count, self._mark = len(self._kept), None
            self._kept.clear()
        return count

    def _by_time(self) -> list[Listed]:
        rows = [_listed(each) for each in self._kept.values()]
        return sorted(rows, key=lambda one: one.written)


def _listed(kept: tuple[View, str]) -> Listed:
    view, written = kept
    return Listed(view.incident_id, view.version, view.place, view.row, written)
