"""The open incidents in this process."""

from collections.abc import Sequence
from threading import Lock

from shared.ports.clock import Clock
from shared.ports.open_incidents import KEEP, Claims


class MemoryOpenIncidents:
    """A list an application; a claim nobody released ends by itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._claims: dict[str, Claims] = {}
        self._lock = Lock()

    def of(self, application: str) -> Claims:
        """The application's open incidents."""
        now, known = self._clock.now(), self._claims.get(application, Claims())
        return known.model_copy(update={"open": tuple(one for one in known.open if one.at + KEEP >= now)})

    def claim(self, application: str, incident_id: str, seen: Claims) -> bool:
        """Say that this incident is opened, if the list is still as it was seen."""
        with self._lock:
            known = self._claims.get(application, Claims())
            if known.version != seen.version:
                return False
            self._claims[application] = known.with_one(incident_id, self._clock.now())
            return True

    def claim_again(self, application: str, incident_id: str) -> None:
        """Say that an incident is open again."""
        with self._lock:
            known = self._claims.get(application, Claims())
            self._claims[application] = known.with_one(incident_id, self._clock.now())

    def release(self, application: str, incident_id: str) -> None:
        """Say that it is over."""
        with self._lock:
            known = self._claims.get(application, Claims())
            if incident_id in known:
                self._claims[application] = known.without(incident_id)

    def held(self, applications: Sequence[str]) -> Sequence[str]:
        """The open incidents of these applications."""
        return [claim.incident_id for one in applications for claim in self.of(one).open]
