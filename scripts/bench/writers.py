"""Many writers on one log at once: what they lose to each other, and whether anything is lost for good."""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from scripts.bench.sample import SENT
from shared.domain.errors import ConcurrentAppend
from shared.domain.events import GENESIS, Event, Head, head_of
from shared.ports.event_store import EventStore


@dataclass(frozen=True)
class Contest:
    """What came of it. A conflict is a lost race; a retry is another attempt after one."""

    writers: int
    appends: int
    conflicts: int
    most_retries: int  # of any one append
    seconds: float
    gaps: int
    forks: int
    lost: int


class Writer(threading.Thread):
    """Appends its share: at its head, and after a lost race at the head that it reads then."""

    def __init__(self, log: EventStore, incident_id: str, share: int, gate: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self._log, self._incident, self._share, self._gate = log, incident_id, share, gate
        self.acknowledged: list[str] = []
        self.retries: list[int] = []
        self.failure: Exception | None = None

    def run(self) -> None:
        """Write when everybody is ready."""
        try:
            head = head_of(self._log.read(self._incident))
            self._gate.wait()
            for _ in range(self._share):
                head = self._append(head)
        except Exception as failure:  # noqa: BLE001 - shown by `contest`, in the thread that asked
            self.failure = failure
            self._gate.abort()

    def _append(self, head: Head) -> Head:
        retries = 0
        while True:
            try:
                (made,) = self._log.append(self._incident, head, [SENT])
            except ConcurrentAppend:
                retries += 1
                self._log.give_way(retries)
                head = head_of(self._log.read(self._incident))
            else:
                self.acknowledged.append(made.event_id)
                self.retries.append(retries)
                return head_of([made])


def contest(logs: Sequence[EventStore], incident_id: str, appends: int) -> Contest:
    """One writer a log, all logs of the same incident, together so many appends.

    Raises:
        Exception: the first that a writer met.
    """
    gate = threading.Barrier(len(logs) + 1)
    shares = [appends // len(logs) + (at < appends % len(logs)) for at in range(len(logs))]
    before = logs[0].read(incident_id)
    writers = [Writer(log, incident_id, share, gate) for log, share in zip(logs, shares, strict=True)]
    for writer in writers:
        writer.start()
    with suppress(threading.BrokenBarrierError):  # a writer failed: it is raised below
        gate.wait()
    started = time.perf_counter()
    for writer in writers:
        writer.join()
    seconds = time.perf_counter() - started
    failures = [writer.failure for writer in writers if writer.failure is not None]
    if failures:
        raise next(
            (one for one in failures if not isinstance(one, threading.BrokenBarrierError)), failures[0]
        )
    retries = [one for writer in writers for one in writer.retries]
    events = logs[0].read(incident_id)
    acknowledged = {one for writer in writers for one in writer.acknowledged}
    return Contest(
        writers=len(logs),
        appends=len(events) - len(before),
        conflicts=sum(retries),
        most_retries=max(retries),
        seconds=seconds,
        gaps=gaps(events),
        forks=forks(events),
        lost=len(acknowledged - {one.event_id for one in events}) + appends - len(acknowledged),
    )


def gaps(events: Sequence[Event]) -> int:
    """Versions that are missing or out of order."""
    return sum(one.version != at for at, one in enumerate(events, start=1))


def forks(events: Sequence[Event]) -> int:
    """Events that do not follow from the one before them."""
    torn = sum(later.previous_hash != earlier.hash for earlier, later in pairwise(events))
    altered = sum(one.computed_hash() != one.hash for one in events)
    return torn + altered + (bool(events) and events[0].previous_hash != GENESIS)
