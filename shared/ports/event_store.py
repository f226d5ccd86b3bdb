"""The truth: an append-only log an incident."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from shared.domain.errors import ConcurrentAppend, IncidentNotFound
from shared.domain.events import Event, Head, chain
from shared.domain.facts import Author, Fact
from shared.domain.folding import fold
from shared.domain.incident import Incident
from shared.domain.repair import repaired
from shared.ports.authority import Signer
from shared.ports.clock import Clock

ATTEMPTS = 20


class EventStore(Protocol):
    """Appends conditionally and reads consistently. One store object writes as one author."""

    def read(self, incident_id: str) -> tuple[Event, ...]:
        """Every event of the incident, in order; empty when there is none."""
        ...

    def append(
        self, incident_id: str, head: Head, facts: Sequence[Fact], cause: str = ""
    ) -> tuple[Event, ...]:
        """Append in one transaction.

        Raises:
            ConcurrentAppend: the log does not end at `head` any more; nothing was written.
        """
        ...

    def give_way(self, lost: int) -> None:
        """Let the others go first after a lost race, longer the more were lost in a row (from 1)."""
        ...


@dataclass(frozen=True)
class Pen:
    """What a store writes with: an author, its key and its clock."""

    author: Author
    signer: Signer
    clock: Clock

    def write(self, incident_id: str, head: Head, facts: Sequence[Fact], cause: str) -> tuple[Event, ...]:
        """The events of these facts, as they would follow on that head."""
        return chain(
            incident_id,
            head,
            facts,
            author=self.author,
            now=self.clock.now(),
            new_id=self.clock.new_id,
            mac=self.signer.mac,
            causation_id=cause,
        )


Decision = TypeVar("Decision")
Distrust = Callable[[Sequence[Event]], Container[str]]
"""The ids of those of these events that must not be believed."""


def believe(_events: Sequence[Event]) -> Container[str]:
    """Distrust nothing: for those who only look."""
    return frozenset()


def load(store: EventStore, incident_id: str, distrust: Distrust = believe) -> Incident:
    """The incident as it is now.

    Raises:
        IncidentNotFound: it has no events.
    """
    events = store.read(incident_id)
    if not events:
        raise IncidentNotFound(f"no incident {incident_id}")
    if distrust is not believe:
        events = repaired(events, distrust)
    return fold(events, distrust(events))


def record_events(
    store: EventStore,
    log_id: str,
    decide: Callable[[Sequence[Event]], Sequence[Fact]],
    cause: str = "",
) -> tuple[Event, ...]:
    """As `record`, for who decides by the events themselves, and for logs that are no incident's.

    Raises:
        ConcurrentAppend: the race was lost every time.
    """
    head = Head()
    for attempt in range(1, ATTEMPTS + 1):
        events = store.read(log_id)
        head = Head(version=events[-1].version, hash=events[-1].hash) if events else Head()
        facts = decide(events)
        if not facts:
            return tuple(events)
        try:
            return (*events, *store.append(log_id, head, facts, cause))
        except ConcurrentAppend:
            store.give_way(attempt)
    raise ConcurrentAppend(log_id, head.version)


def record(
    store: EventStore,
    incident_id: str,
    decide: Callable[[Incident], Sequence[Fact]],
    cause: str = "",
    distrust: Distrust = believe,
) -> Incident:
    """Read, decide, append; on a lost race read and decide again, at most 20 times.

    Raises:
        ConcurrentAppend: the race was lost every time.
    """
    return settle(store, incident_id, decide, lambda facts: facts, cause, distrust)[0]


def settle(
    store: EventStore,
    incident_id: str,
    decide: Callable[[Incident], Decision],
    written: Callable[[Decision], Sequence[Fact]],
    cause: str = "",
    distrust: Distrust = believe,
) -> tuple[Incident, Decision]:
    """As `record`, for a decision that says more than what is to be `written` of it: the one that stood.

    Raises:
        ConcurrentAppend: the race was lost every time.
    """
    for attempt in range(1, ATTEMPTS + 1):
        state = load(store, incident_id, distrust)
        decision = decide(state)
        facts = written(decision)
        if not facts:
            return state, decision
        try:
            store.append(incident_id, state.head, facts, cause)
        except ConcurrentAppend:
            store.give_way(attempt)
            continue
        return load(store, incident_id, distrust), decision
    raise ConcurrentAppend(incident_id, state.head.version)
