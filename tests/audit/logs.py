"""A log as the table and the archive keep it, and the ten kinds of tampering with it."""

from datetime import UTC, datetime, timedelta
from itertools import count

from shared.domain.audit import examine
from shared.domain.audit_records import Anchor, Item, Records, Stored
from shared.domain.events import Event, Head, chain, head_of
from shared.domain.facts import Author, Fact, InvestigationStarted, NotificationSent
from shared.domain.model import canonical_json

INCIDENT = "inc-1"
THEN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = THEN + timedelta(days=1)
WRITTEN = (Author.WORKFLOW, Author.COMMUNICATION, Author.WORKFLOW, Author.COMMUNICATION, Author.WORKFLOW)


def mac(author: Author, digest: str) -> str:
    return f"{author.value}:{digest}"


def verify(author: Author, digest: str, given: str) -> bool:
    return given == mac(author, digest)


def fact(author: Author) -> Fact:
    if author is Author.COMMUNICATION:
        return NotificationSent(channel="console", about="incident", version=1)
    return InvestigationStarted(attempt=1, execution="one")


def written(*authors: Author, incident: str = INCIDENT, then: datetime = THEN) -> tuple[Event, ...]:
    """One event of each author, the next an hour *before* the last: clocks prove nothing."""
    made: tuple[Event, ...] = ()
    ids = count(1)
    for number, author in enumerate(authors):
        made += appended(
            head_of(made),
            fact(author),
            author,
            f"{incident}-e{next(ids)}",
            then=then - number * HOUR,
            incident=incident,
        )
    return made


HOUR = timedelta(hours=1)


def appended(
    head: Head, said: Fact, author: Author, event_id: str, *, then: datetime = THEN, incident: str = INCIDENT
) -> tuple[Event, ...]:
    return chain(
        incident,
        head,
        [said],
        author=author,
        now=then,
        new_id=lambda: event_id,
        mac=lambda digest: mac(author, digest),
    )


def body(event: Event) -> str:
    return canonical_json(event.plain()).decode()


def item(event: Event, version: int = 0, text: str = "") -> Item:
    return Item(
        sort_key=f"EVENT#{version or event.version:012d}",
        body=text or body(event),
        attributes={"type": event.type, "author": event.recorded_by.value, "incident_id": event.incident_id},
    )


def anchor(event: Event, **changed: object) -> Stored:
    made = Anchor(incident_id=event.incident_id, version=event.version, hash=event.hash, at=NOW)
    made = made.model_copy(update={"mac": mac(Author.ANCHOR, made.sealed()), **changed})
    return Stored(version=event.version, bodies=(made.body(),))


def kept(events: tuple[Event, ...]) -> tuple[Stored, ...]:
    return tuple(Stored(version=event.version, bodies=(body(event),)) for event in events)


def records(events: tuple[Event, ...]) -> Records:
    """What is kept of a log that nobody touched."""
    return Records(
        incident_id=events[0].incident_id,
        items=tuple(item(event) for event in events),
        head=head_of(events),
        copies=kept(events),
        anchors=(anchor(events[1]), anchor(events[-1])),
    )


def swapped(items: tuple[Item, ...], **by_version: Item | None) -> tuple[Item, ...]:
    """The items with some replaced (`v3=...`) or taken out (`v3=None`)."""
    changed = {int(name[1:]): value for name, value in by_version.items()}
    made = [changed.get(each.version or 0, each) for each in items]
    return tuple(each for each in made if each is not None)


def kinds(found: Records) -> list[tuple[str, int, str]]:
    """What an audit finds: kind, version, event id."""
    return [(each.kind.value, each.version, each.event_id) for each in examine(found, verify, now=NOW)]
