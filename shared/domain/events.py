"""The incident's log: events chained by hash, each with its author's MAC."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import Field, JsonValue, ValidationError

from shared.domain.facts import Author, AuthorRejected, BallotCast, Fact, FindingsSubmitted
from shared.domain.model import Model, Name, Utc, canonical_json, digest

GENESIS = "0" * 64


class Event(Model):
    """The envelope. `hash` covers everything before it and, through `previous_hash`, all that came before."""

    event_id: Name
    incident_id: Name
    version: int = Field(ge=1)
    type: Name
    schema_version: int = 1
    occurred_at: Utc
    recorded_by: Author
    causation_id: str = ""
    correlation_id: str
    data: dict[str, JsonValue]
    previous_hash: str
    hash: str = ""
    author_mac: str = ""

    @property
    def fact(self) -> Fact:
        """The typed payload."""
        return Fact.types[self.type].model_validate(self.data)

    def computed_hash(self) -> str:
        """What `hash` must be."""
        envelope = self.model_dump(mode="json", exclude={"data", "hash", "author_mac"})
        body = {**envelope, "data": self.data}  # which is JSON by its type; dumping it is most of the time
        return digest([self.previous_hash, canonical_json(body).decode()])


class Head(Model):
    """Where an incident's log ends."""

    version: int = 0
    hash: str = GENESIS


def head_of(events: Sequence[Event]) -> Head:
    """The head after these events."""
    return Head(version=events[-1].version, hash=events[-1].hash) if events else Head()


def chain(
    incident_id: str,
    head: Head,
    facts: Sequence[Fact],
    *,
    author: Author,
    now: datetime,
    new_id: Callable[[], str],
    mac: Callable[[str], str],
    causation_id: str = "",
) -> tuple[Event, ...]:
    """Events for these facts, hashed onto the head and MAC'd by their author."""
    made: list[Event] = []
    for fact in facts:
        event = Event(
            event_id=new_id(),
            incident_id=incident_id,
            version=head.version + 1,
            type=type(fact).__name__,
            occurred_at=now,
            recorded_by=author,
            causation_id=causation_id,
            correlation_id=incident_id,
            data=fact.plain(),
            previous_hash=head.hash,
        )
        hashed = event.computed_hash()
        made.append(event.model_copy(update={"hash": hashed, "author_mac": mac(hashed)}))
        head = Head(version=event.version, hash=hashed)
    return tuple(made)


def malformed(event: Event) -> str | None:
    """Why an event says nothing, whoever wrote it: unknown type, wrong author, or content of no such fact."""
    kind = Fact.types.get(event.type)
    if kind is None:
        return f"unknown event type {event.type[:64]}"
    if event.recorded_by not in kind.authors:
        return f"{event.recorded_by} may not write {event.type}"
    try:
        canonical_json(event.data)
    except ValueError:  # NaN and infinity have no canonical form
        return f"malformed {event.type}: a number that is none"
    try:
        return own_words(event)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"malformed {event.type}: {where}: {first['msg']}"[:500]


def fault_of(event: Event, verify_mac: Callable[[Author, str, str], bool]) -> str | None:
    """Why an event must be ignored: malformed, changed content or a bad MAC."""
    fault = malformed(event)
    if fault is not None:
        return fault
    if event.computed_hash() != event.hash:
        return "its hash does not match its content"
    if not verify_mac(event.recorded_by, event.hash, event.author_mac):
        return f"the MAC is not by {event.recorded_by}'s key"
    return None


def rejections(events: Sequence[Event]) -> tuple[AuthorRejected, ...]:
    """What the coordinator found to be another's words, for readers that have no keys to check MACs with.

    A rejection speaks of earlier events only, and one that is rejected itself later hides nothing: so the
    coordinator, which checks MACs, has the last word about a forged one.
    """
    kept, hidden, places = list[AuthorRejected](), set[str](), {one.event_id: one.version for one in events}
    for event in sorted(events, key=lambda one: -one.version):
        if event.type != AuthorRejected.__name__ or event.event_id in hidden or malformed(event):
            continue
        fact = event.fact
        if isinstance(fact, AuthorRejected) and places.get(fact.event_id, event.version) < event.version:
            kept.append(fact)
            hidden.add(fact.event_id)
    return tuple(reversed(kept))


def own_words(event: Event) -> str | None:
    """Why an event speaks for another agent, if it does."""
    fact = event.fact
    if isinstance(fact, FindingsSubmitted) and fact.findings.agent.value != event.recorded_by.value:
        return f"{event.recorded_by} submitted findings of {fact.findings.agent}"
    if isinstance(fact, BallotCast) and fact.signed.ballot.agent.value != event.recorded_by.value:
        return f"{event.recorded_by} cast a ballot of {fact.signed.ballot.agent}"
    return None
