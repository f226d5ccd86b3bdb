"""Where an event lies, held against what it says: a copy put elsewhere, or under another's id, is no event.

An author's MAC holds wherever a copy of its event is put, and what is ignored is named by id. So an event of
another incident, of another version, or with an id that is taken is read as the event of the place where it
lies: its hash does not match then, it is ignored like any that was changed, and nobody is blamed for it.
"""

from collections.abc import Iterable, Sequence

from shared.domain.events import Event


def as_written(events: Sequence[Event], incident_id: str) -> bool:
    """Whether every event lies where it says, under an id of its own: a log that nobody has meddled with."""
    there = all(
        event.version == version and event.incident_id == incident_id
        for version, event in enumerate(events, 1)
    )
    return there and len({event.event_id for event in events}) == len(events)


def lying_at(event: Event, incident_id: str, version: int) -> Event:
    """The event as the one of its place."""
    if (event.incident_id, event.version) == (incident_id, version):
        return event
    return event.model_copy(update={"incident_id": incident_id, "version": version})


def told_apart(events: Iterable[Event]) -> tuple[Event, ...]:
    """A log whose events each have an id of their own: who had it first keeps it."""
    taken: set[str] = set()
    found: list[Event] = []
    for event in events:
        if event.event_id in taken:
            other = f"{event.event_id[:200]}@{event.version}"
            found.append(event.model_copy(update={"event_id": other}))
        else:
            taken.add(event.event_id)
            found.append(event)
    return tuple(found)
