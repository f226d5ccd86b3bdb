"""The open incidents in this process."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock

from shared.ports.clock import Clock


class MemoryOpenIncidents:
    """At most one open incident an application; a claim nobody released ends by itself."""

    def __init__(self, clock: Clock, keep: timedelta = timedelta(days=7)) -> None:
        self._clock = clock
        self._keep = keep
        self._open: dict[str, tuple[str, datetime]] = {}
        self._lock = Lock()

    def claim(self, application: str, incident_id: str) -> str:
        """The application's open incident."""
        now = self._clock.now()
        with self._lock:
            held = self._open.get(application)
            if held is None or held[1] < now:
                held = self._open[application] = (incident_id, now + self._keep)
            return held[0]

    def release(self, application: str, incident_id: str) -> None:
        """Let the next signal open a new incident."""
        with self._lock:
            if self._open.get(application, ("", None))[0] == incident_id:
                del self._open[application]

    def held(self, applications: Sequence[str]) -> Sequence[str]:
        """The open incidents of these applications."""
        now = self._clock.now()
        claims = [self._open[one] for one in applications if one in self._open]
        return [incident_id for incident_id, ends in claims if ends >= now]
