"""The event store in this process: what tests and the simulator run on."""

from collections.abc import Sequence
from threading import Lock

from shared.domain.dismissals import is_day
from shared.domain.errors import ConcurrentAppend
from shared.domain.events import Event, Head, head_of
from shared.domain.facts import Author, Fact
from shared.domain.placing import as_written, lying_at, told_apart
from shared.ports.authority import Signer
from shared.ports.clock import Clock
from shared.ports.event_store import Pen


class MemoryLogs:
    """The logs that several authors' stores share."""

    def __init__(self) -> None:
        self.events: dict[str, tuple[Event, ...]] = {}
        self.days: dict[str, tuple[Event, ...]] = {}  # of dismissed alarms: no incident's
        self.lock = Lock()

    def having(self, log_id: str) -> dict[str, tuple[Event, ...]]:
        """Where a log of that id is."""
        return self.days if is_day(log_id) else self.events


class MemoryEventStore:
    """Writes as one author into logs that others may share."""

    def __init__(self, logs: MemoryLogs, author: Author, signer: Signer, clock: Clock) -> None:
        self._logs = logs
        self._pen = Pen(author, signer, clock)

    def read(self, incident_id: str) -> tuple[Event, ...]:
        """The incident's events in order, each as the one of its place."""
        events = self._logs.having(incident_id).get(incident_id, ())
        if as_written(events, incident_id):
            return events
        found: list[Event] = []
        for event in events:
            version = max(event.version, head_of(found).version + 1)
            found.append(lying_at(event, incident_id, version))
        return told_apart(found)

    def give_way(self, lost: int) -> None:
        """Nothing: who holds the lock is done in microseconds."""

    def append(
        self, incident_id: str, head: Head, facts: Sequence[Fact], cause: str = ""
    ) -> tuple[Event, ...]:
        """Append all or nothing.

        Raises:
            ConcurrentAppend: the log does not end at `head` any more.
        """
        made = self._pen.write(incident_id, head, facts, cause)
        with self._logs.lock:
            earlier = self.read(incident_id)
            if head_of(earlier) != head:
                raise ConcurrentAppend(incident_id, head.version)
            if made:
                log = self._logs.having(incident_id)
                log[incident_id] = (*log.get(incident_id, ()), *made)
        return made
