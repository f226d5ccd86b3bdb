"""Which events of a log must not be believed: wrong author, changed content, or a MAC that does not hold."""

from collections.abc import Sequence

from shared.domain.events import Event, fault_of, malformed
from shared.ports.authority import Verifier

MOST_REMEMBERED = 10_000


class Trust:
    """Checks every event's MAC, and remembers what it has checked for as long as the process lives."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier
        self._faults: dict[tuple[str, str, str], str | None] = {}

    def fault(self, event: Event) -> str | None:
        """Why the event must be ignored, if it must."""
        unspeakable = malformed(event)
        if unspeakable is not None:
            return unspeakable
        key = (event.computed_hash(), event.hash, event.author_mac)
        if key not in self._faults:
            if len(self._faults) >= MOST_REMEMBERED:
                self._faults.clear()
            self._faults[key] = fault_of(event, self._verifier.verify)
        return self._faults[key]

    def is_genuine(self, event: Event) -> bool:
        """Whether its author's own key made it, whatever it says: a fault in it is then that author's."""
        try:
            made = event.computed_hash() == event.hash
        except ValueError:
            return False
        return made and self._verifier.verify(event.recorded_by, event.hash, event.author_mac)

    def distrust(self, events: Sequence[Event]) -> frozenset[str]:
        """The ids of the events that must be ignored."""
        return frozenset(event.event_id for event in events if self.fault(event) is not None)
