"""The logs of this process, for who only reads."""

from collections.abc import Iterator, Mapping, Sequence

from shared.adapters.local.memory_event_store import MemoryLogs
from shared.domain.events import Event


class MemoryLogReader:
    """Over the logs that stores share."""

    def __init__(self, logs: MemoryLogs) -> None:
        self._logs = logs

    def read(self, incident_id: str) -> Sequence[Event]:
        """Every event of the incident, in order."""
        return self._logs.having(incident_id).get(incident_id, ())

    def events(self, incident_id: str, after: int, limit: int) -> Sequence[Event]:
        """At most so many events after a version."""
        return [one for one in self.read(incident_id) if one.version > after][:limit]

    def heads(self, incident_ids: Sequence[str]) -> Mapping[str, int]:
        """Where each log ends."""
        found = {one: self.read(one) for one in incident_ids}
        return {one: events[-1].version for one, events in found.items() if events}

    def incident_ids(self) -> Iterator[str]:
        """Every incident that has a log."""
        yield from list(self._logs.events)
