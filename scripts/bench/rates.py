"""Appends and replayed events a second, one writer and one reader, one fact an append."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scripts.bench.sample import SENT
from scripts.bench.stores import Stores
from shared.domain.events import Event, head_of
from shared.domain.facts import Author
from shared.domain.folding import fold
from shared.ports.event_store import EventStore, load


@dataclass(frozen=True)
class Rate:
    """So many of something in so many seconds."""

    count: int
    seconds: float

    @property
    def a_second(self) -> float:
        """Count a second."""
        return self.count / self.seconds

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {"count": self.count, "seconds": round(self.seconds, 4), "a_second": round(self.a_second, 1)}


def appending(stores: Stores, appends: int) -> tuple[Rate, Rate]:
    """Appends by one writer to one incident, then its log read and folded from the first event."""
    incident_id, (log,) = stores.incident()
    head, started = head_of(log.read(incident_id)), time.perf_counter()
    for _ in range(appends):
        head = head_of(log.append(incident_id, head, [SENT]))
    written = Rate(appends, time.perf_counter() - started)
    started = time.perf_counter()
    events = log.read(incident_id)
    fold(events)
    return written, Rate(len(events), time.perf_counter() - started)


def loading(stores: Stores, length: int) -> tuple[float, float]:
    """Seconds to load an incident of so many events: for the first time, and again."""
    incident_id, (writer,) = stores.incident()
    while (head := head_of(writer.read(incident_id))).version < length:
        writer.append(incident_id, head, [SENT] * min(50, length - head.version))
    reader = stores.make(Author.WORKFLOW)
    return _seconds(reader, incident_id), min(_seconds(reader, incident_id) for _ in range(5))


def _seconds(reader: EventStore, incident_id: str) -> float:
    started = time.perf_counter()
    load(reader, incident_id)
    return time.perf_counter() - started


def folding(events: Sequence[Event], times: int) -> Rate:
    """The log of a real incident, folded again and again."""
    started = time.perf_counter()
    for _ in range(times):
        fold(events)
    return Rate(len(events) * times, time.perf_counter() - started)
