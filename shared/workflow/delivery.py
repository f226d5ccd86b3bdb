"""Delivery: everything of the log that people should hear reaches them, in its order, by a road that works.

The log is the outbox. An event that people hear of (`tells`) is in the event store's own transaction, and
`NotificationSent` says what a recipient was told of it, so what is still to be told is the difference, and
nothing that was decided can be lost. A mark an incident (`Untold`) says only where to look.

One sender works at a time, under a lease. What a recipient has not heard of one incident is one message: the
latest event's, with the earlier ones folded into it, so that nothing stale follows something newer. Where
more than five incidents wait for one channel, up to forty are one digest. A failed call is tried again with
back-off, jitter and the vendor's Retry-After, at most six times; then the recipient's next channel has its
turn, at the end the last resort, and each of these is a `NotificationFailed` in the log.

At least once cannot be once in one case: the sender dies, or the log cannot be written, after the vendor took
a message and before that is in the log. The message is then sent again after the lease has ended. In Slack
the reader sees the same reply twice in the incident's thread, or, if it was the incident's first message, two
messages of which only the later is updated; a digest's lines come again in the next digest; an email comes
twice; PagerDuty, which deduplicates by the incident's id, shows one more line in the same incident's log.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from shared.agents.communication import compose, tells
from shared.domain.errors import CommanderError, PortError, RateLimited
from shared.domain.events import Event, malformed
from shared.domain.facts import Fact, NotificationFailed, NotificationSent
from shared.domain.folding import fold
from shared.domain.incident import Incident
from shared.domain.service import ServiceCatalogue
from shared.ports.buckets import Buckets
from shared.ports.catalogue import CatalogueSource
from shared.ports.channel import Channel, Message, State
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust, EventStore, record
from shared.ports.locks import Busy, Locks
from shared.ports.untold import Untold

F = TypeVar("F", bound=Fact)

DIGEST_OVER = 5
DIGEST_MOST = 40
TRIES = 6
LONGEST = 20.0
"""Seconds: a vendor that asks for a longer wait has failed."""
LEASE, LEASE_KEY = 60, "telling"
"""Seconds: twice as long as a round may begin something new."""
BUSY = 0.5
"""Seconds after which a sender asks whether the other one is done."""
SEVERITIES = ("critical", "high", "error", "medium", "warning", "low", "info")
"""Worst first; what is none of them counts as worst."""


@dataclass(frozen=True)
class Recipient:
    """Who is told, and by which roads: the first that works."""

    name: str
    channels: tuple[Channel, ...]


Recipients = Callable[[Incident], Sequence[Recipient]]
"""Who hears of an incident."""


@dataclass(frozen=True)
class Due:
    """What one recipient has not heard of one incident, and the road that it takes now."""

    recipient: str
    channel: Channel
    final: bool  # there is no other road after this one
    events: tuple[Event, ...]
    message: Message

    @property
    def road(self) -> tuple[str, str]:
        """What waits for the same road can be one digest."""
        return self.recipient, self.channel.name

    @property
    def rank(self) -> tuple[int, datetime]:
        """Worst first, then longest waiting."""
        severity = self.message.severity
        worst = SEVERITIES.index(severity) if severity in SEVERITIES else 0
        return worst, self.events[0].occurred_at


@dataclass(frozen=True)
class Delivery:
    """`pause` waits for so many seconds; `jitter` is anything from 0 to 1."""

    store: EventStore
    distrust: Distrust
    catalogue: CatalogueSource
    untold: Untold
    locks: Locks
    buckets: Buckets
    recipients: Recipients
    last_resort: Channel
    clock: Clock
    pause: Callable[[float], None]
    jitter: Callable[[], float]

    def mark(self, event: Event) -> None:
        """Note that there may be something to tell.

        Raises:
            PortError: it was not noted.
        """
        if tells(event):
            self.untold.mark(event.incident_id, event.version)

    def hear(self, event: Event) -> None:
        """Tell of the event at once, for who gets events one by one.

        Raises:
            PortError: as `deliver`.
        """
        if tells(event):
            self.mark(event)
            self.deliver(self.clock.now() + timedelta(minutes=1))

    def deliver(self, until: datetime) -> None:
        """Tell what can be told until then; what is left stays marked.

        Raises:
            PortError: a store failed, not a channel; everything that was not told stays marked.
        """
        owner, sending, asked = self.clock.new_id(), _Sending(self), False
        try:
            while (now := self.clock.now()) < until and self.untold.some():
                asked = True
                ours = self._alone(owner)
                wait = sending.round(min(until, now + timedelta(seconds=LEASE / 2))) if ours else BUSY
                left = (until - self.clock.now()).total_seconds()
                if min(wait, left) > 0:
                    self.pause(min(wait, left))
        finally:
            if asked:
                self.locks.release([LEASE_KEY], owner)

    def _alone(self, owner: str) -> bool:
        """Whether the lease is ours; when two ask at once, perhaps neither has it."""
        try:
            return not isinstance(self.locks.acquire([LEASE_KEY], owner, LEASE), Busy)
        except PortError as error:
            if not error.retryable:
                raise
            return False

    def due(self, incident_id: str) -> list[Due]:
        """What is to be told of an incident now, by recipient.

        Raises:
            PortError: the log cannot be read.
        """
        events = self.store.read(incident_id)
        ignored = self.distrust(events)
        believed = [one for one in events if one.event_id not in ignored and malformed(one) is None]
        heard = [one for one in believed if tells(one)]
        if not heard or heard[0].version > 1:  # whatever the rest says, no believed event opens an incident
            return []
        sent, failed = _facts(believed, NotificationSent), _facts(believed, NotificationFailed)
        found = []
        for recipient in self.recipients(fold(events, ignored)):
            mine = [one for one in sent if one.recipient in ("", recipient.name)]
            told = max((one.version for one in mine), default=0)
            pending = tuple(one for one in heard if one.version > told)
            if not pending:
                continue
            last = pending[-1].version
            tried = {
                one.channel: one.reason
                for one in failed
                if (one.recipient, one.version) == (recipient.name, last)
            }
            roads = [one for one in (*recipient.channels, self.last_resort) if one.name not in tried]
            if roads:
                message = self._message(events[:last], ignored, pending, first=heard[0])
                threads = [one.reference for one in mine if one.channel == roads[0].name and not one.digest]
                said = {"thread": threads[0] if threads else "", "lines": (*message.lines, *_why(tried))}
                message = message.model_copy(update=said)
                found.append(Due(recipient.name, roads[0], len(roads) == 1, pending, message))
        return found

    def _message(
        self, events: Sequence[Event], ignored: Container[str], pending: Sequence[Event], first: Event
    ) -> Message:
        services = self.catalogue.services()

        def said(event: Event) -> Message:
            return _words(fold(events[: event.version], ignored), event, services)

        latest, incident = said(pending[-1]), fold(events, ignored)
        before = " · ".join(said(one).title for one in pending[:-1])
        opening = said(first) if pending[-1] is not first else None
        return latest.model_copy(
            update={
                "lines": (*latest.lines, *([f"Before that: {before}"] if before else [])),
                "state": _state(incident),
                "opening": (opening.title, *opening.lines) if opening else (),
            }
        )

    def sent(self, due: Due, reference: str, *, digest: bool) -> None:
        """Say in the log that a recipient was told.

        Raises:
            PortError: it is not in the log, and will be told again.
        """
        last = due.events[-1]

        def decide(_state: Incident) -> tuple[Fact, ...]:
            told = _facts(self.store.read(last.incident_id), NotificationSent)
            if any(one.recipient == due.recipient and one.version >= last.version for one in told):
                return ()
            return tuple(
                NotificationSent(
                    channel=due.channel.name,
                    about=one.type,
                    version=one.version,
                    reference=reference,
                    recipient=due.recipient,
                    folded_into=0 if one is last else last.version,
                    digest=digest,
                )
                for one in due.events
            )

        record(self.store, last.incident_id, decide, last.event_id)

    def failed(self, due: Due, reason: str) -> None:
        """Say in the log that a channel did not take it.

        Raises:
            PortError: it is not in the log, and the channel is tried again.
        """
        last = due.events[-1]
        fact = NotificationFailed(
            channel=due.channel.name,
            recipient=due.recipient,
            version=last.version,
            reason=reason[:500],
            given_up=due.final,
        )
        record(self.store, last.incident_id, lambda _: (fact,), last.event_id)


@dataclass
class _Sending:
    """One invocation's sending: what it knows of logs and of how channels do."""

    delivery: Delivery
    _known: dict[str, tuple[int, list[Due]]] = field(default_factory=dict)
    _not_before: dict[str, datetime] = field(default_factory=dict)
    _failures: Counter[str] = field(default_factory=Counter)

    def round(self, until: datetime) -> float:
        """One message on every road that is open; after how many seconds the next one is."""
        roads = self._roads()
        moved = False
        for waiting in roads.values():
            channel = waiting[0].channel
            now = self.delivery.clock.now()
            if now < until and self._not_before.get(channel.name, now) <= now:
                moved = self._send(sorted(waiting, key=lambda one: one.rank)) or moved
        if moved or not roads:
            return 0.0
        now = self.delivery.clock.now()
        names = {channel for _, channel in roads}
        return max(0.0, min((self._not_before.get(one, now) - now).total_seconds() for one in names))

    def _roads(self) -> Mapping[tuple[str, str], list[Due]]:
        """What is due, by road; marks under which nothing is due are cleared."""
        marks = self.delivery.untold.some()
        for gone in self._known.keys() - marks.keys():
            del self._known[gone]
        roads: dict[tuple[str, str], list[Due]] = {}
        for incident_id, version in marks.items():
            if self._known.get(incident_id, (0, []))[0] != version:
                self._known[incident_id] = version, self.delivery.due(incident_id)
            due = self._known[incident_id][1]
            if not due:
                self.delivery.untold.clear(incident_id, version)
            for one in due:
                roads.setdefault(one.road, []).append(one)
        return roads

    def _send(self, waiting: Sequence[Due]) -> bool:
        """Send the first of these, or the first forty as a digest; whether something came of it."""
        ports, channel = self.delivery, waiting[0].channel
        many = channel.digests and len(waiting) > DIGEST_OVER
        tokens = channel.bucket.follow_up if waiting[0].message.thread and not many else 1
        wait = ports.buckets.take(channel.bucket, tokens)
        if wait:
            self._hold(channel, wait)
            return False
        batch = waiting[: DIGEST_MOST if many else 1]
        try:
            reference = channel.send(digest(batch) if many else batch[0].message)
        except PortError as error:
            return self._refused(batch, error)
        self._failures[channel.name] = 0
        for one in batch:
            ports.sent(one, reference, digest=many)
            _, left = self._known.get(one.message.incident_id, (0, [one]))
            left.remove(one)
        return True

    def _refused(self, batch: Sequence[Due], error: PortError) -> bool:
        """Hold the channel, or, when that has an end, write the failure down; whether it was written."""
        channel = batch[0].channel
        self._failures[channel.name] += 1
        tries = self._failures[channel.name]
        limited = isinstance(error, RateLimited)
        after = error.after if isinstance(error, RateLimited) else 2.0 ** (tries - 3)
        after += self.delivery.jitter() * (1.0 if limited else after)
        if error.retryable and after <= LONGEST and tries < TRIES:
            self._hold(channel, after)
            return False
        if error.retryable:  # what comes next has one try until the channel works again
            self._failures[channel.name] = TRIES - 1
        for one in batch:
            self.delivery.failed(one, str(error))
            self._known.pop(one.message.incident_id, None)  # the log says now which road is next
        return True

    def _hold(self, channel: Channel, seconds: float) -> None:
        self._not_before[channel.name] = self.delivery.clock.now() + timedelta(seconds=seconds)


def digest(batch: Sequence[Due]) -> Message:
    """One message about many incidents, worst first: a line each."""
    said = [one.message for one in batch]
    return Message(
        incident_id=f"{len(said)} incidents",
        title=f"{len(said)} incidents have news",
        lines=tuple(f"{one.severity} · {one.incident_id} · {_headline(one)}" for one in said),
        severity=said[0].severity,
    )


def _headline(message: Message) -> str:
    folded = [line for line in message.lines if line.startswith("Before that: ")]
    about = [message.opening[0]] if message.opening else []
    return " · ".join([*about, message.title, *folded])


def _words(incident: Incident, event: Event, services: ServiceCatalogue) -> Message:
    """What its words are; where they fail on odd content, that is said and nobody else waits for it."""
    try:
        return compose(incident, event, services)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, CommanderError) as error:
        why = f"It cannot be put into words ({type(error).__name__}): see the incident's log."
        severity = incident.severity
        return Message(incident_id=incident.id, title=event.type, lines=(why,), severity=severity)


def _state(incident: Incident) -> State:
    """Closed is not resolved: of what was only observed, or left with people, the page stays open."""
    if incident.resolved_at is not None or incident.unneeded is not None:
        return State.RESOLVED
    return State.ACKNOWLEDGED if incident.taken is not None else State.OPEN


def _why(tried: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"Told here because {channel} failed: {reason}" for channel, reason in tried.items())


def _facts(events: Iterable[Event], kind: type[F]) -> list[F]:
    found = (one.fact for one in events if one.type == kind.__name__ and malformed(one) is None)
    return [one for one in found if isinstance(one, kind)]
