"""Delivery: everything of the log that people should hear reaches them, in its order, by a road that works.

The log is the outbox. An event that people hear of (`tells`) is in the event store's own transaction, and
`NotificationSent` says what a recipient was told of it, so what is still to be told is the difference, and
nothing that was decided can be lost. A mark an incident (`Untold`) says only where to look.

What waits for a time (do-not-disturb, the next level of a team, the next shift) is not marked but called for
(`Wakes`) when that time comes, and put together anew then.

One sender works at a time, under a lease. What a recipient has not heard of one incident is one message: the
latest event's, with the earlier ones folded into it, so that nothing stale follows something newer. Where
more than five incidents wait for one channel, up to forty are one digest. A failed call is tried again with
back-off, jitter and the vendor's Retry-After, at most six times; then the recipient's next channel has its
turn, at the end the last resort, and each of these is a `NotificationFailed` in the log. An incident
whose log cannot be read or written stays marked, and the others are told.

At least once cannot be once in one case: the sender dies, or the log cannot be written, after the vendor took
a message and before that is in the log. The message is then sent again after the lease has ended. In Slack
the reader sees the same reply twice in the incident's thread, or, if it was the incident's first message, two
messages of which only the later is updated; a digest's lines come again in the next digest; an email comes
twice; PagerDuty, which deduplicates by the incident's id, shows one more line in the same incident's log.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.agents.communication import tells
from shared.domain.dismissals import is_day
from shared.domain.errors import CommanderError, ConcurrentAppend, PortError, RateLimited
from shared.domain.events import Event
from shared.domain.facts import Fact, NotificationFailed, NotificationSent
from shared.ports.buckets import Buckets
from shared.ports.channel import Channel, Message
from shared.ports.clock import Clock
from shared.ports.event_store import EventStore, record_events
from shared.ports.locks import Busy, Locks
from shared.ports.untold import Untold
from shared.ports.wakes import Wake, Wakes
from shared.workflow.day_digest import outlook
from shared.workflow.digesting import digest
from shared.workflow.due import UNWORDED, Due, Looking, facts_of

DIGEST_OVER = 5
DIGEST_MOST = 40
TRIES = 6
MOST_SENT = 90
"""Events of a message that the log says were told: an append has an end, and older ones count as told too."""
LONGEST = 20.0
"""Seconds: a vendor that asks for a longer wait has failed."""
LEASE, LEASE_KEY = 60, "telling"
"""Seconds: twice as long as a round may begin something new."""
BUSY = 0.5
"""Seconds after which a sender asks whether the other one is done."""


@dataclass(frozen=True)
class Delivery:
    """`pause` waits for so many seconds; `jitter` is anything from 0 to 1."""

    store: EventStore
    looking: Looking
    untold: Untold
    wakes: Wakes
    locks: Locks
    buckets: Buckets
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

    def wake(self, wake: Wake) -> None:
        """Look again at what was put off until now.

        Raises:
            PortError: it was not noted.
        """
        self.untold.mark(wake.incident_id, wake.version)

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
            while (now := self.clock.now()) < until and self.untold.some().keys() - sending.stuck:
                asked = True
                ours = self._alone(owner)
                wait = sending.round(min(until, now + timedelta(seconds=LEASE / 2))) if ours else BUSY
                left = (until - self.clock.now()).total_seconds()
                if min(wait, left) > 0:
                    self.pause(min(wait, left))
        finally:
            if asked:
                self.locks.release([LEASE_KEY], owner)
        if sending.stuck:
            raise PortError(f"{len(sending.stuck)} incidents stay marked: {sending.why}", retryable=True)

    def _alone(self, owner: str) -> bool:
        """Whether the lease is ours; when two ask at once, perhaps neither has it."""
        try:
            return not isinstance(self.locks.acquire([LEASE_KEY], owner, LEASE), Busy)
        except PortError as error:
            if not error.retryable:
                raise
            return False

    def sent(self, due: Due, reference: str, *, digest: bool) -> None:
        """Say in the log that a recipient was told.

        Raises:
            PortError: it is not in the log, and will be told again.
        """
        last = due.events[-1]

        def decide(events: Sequence[Event]) -> tuple[Fact, ...]:
            ignored = self.looking.distrust(events)
            told = facts_of((one for one in events if one.event_id not in ignored), NotificationSent)
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
                    unworded=due.unworded,
                )
                for one in due.events[-MOST_SENT:]
            )

        record_events(self.store, last.incident_id, decide, last.event_id)

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
        record_events(self.store, last.incident_id, lambda _: (fact,), last.event_id)


@dataclass
class _Sending:
    """One invocation's sending: what it knows of logs and of how channels do."""

    delivery: Delivery
    stuck: set[str] = field(default_factory=set)  # what cannot be read, written or put off, and stays marked
    why: str = ""
    _known: dict[str, tuple[int, list[Due], datetime | None]] = field(default_factory=dict)
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
            if incident_id in self.stuck:
                continue
            if self._is_new(incident_id, version) and not self._look(incident_id, version):
                continue
            _, due, later = self._known[incident_id]
            if not due:
                self._put_off(Wake(incident_id=incident_id, version=version), later)
            for one in due:
                roads.setdefault(one.road, []).append(one)
        return roads

    def _is_new(self, incident_id: str, version: int) -> bool:
        """Whether it is to be looked at: unknown, changed since, or its time has come meanwhile."""
        known, _, later = self._known.get(incident_id, (0, [], None))
        return known != version or (later is not None and later <= self.delivery.clock.now())

    def _look(self, incident_id: str, version: int) -> bool:
        """Whether it is known now what is due; a log that cannot be read for good holds up nobody else's.

        Raises:
            PortError: a store failed, for all of them.
        """
        try:
            looking = self.delivery.looking
            found = outlook(looking, incident_id) if is_day(incident_id) else looking.look(incident_id)
        except CommanderError as error:
            if isinstance(error, PortError) and error.retryable and not isinstance(error, ConcurrentAppend):
                raise
            self._leave(incident_id, error)
            return False
        except UNWORDED as error:  # of people whom nobody can make out: the others' news does not wait for it
            self._leave(incident_id, error)
            return False
        self._known[incident_id] = version, list(found.due), found.later
        return True

    def _leave(self, incident_id: str, error: Exception) -> None:
        self.stuck.add(incident_id)
        self.why = str(error)

    def _put_off(self, wake: Wake, later: datetime | None) -> None:
        """Nothing is due: clear the mark, once somebody will look when something is."""
        try:
            if later is not None:
                self.delivery.wakes.at(wake, later)
        except PortError as error:  # nobody else waits for it; the next sender tries again
            self._leave(wake.incident_id, error)
        else:
            self.delivery.untold.clear(wake.incident_id, wake.version)
            del self._known[wake.incident_id]  # marked again, by a call that has come, it is looked at again

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
            reference, why = _said(channel, batch, many=many)
        except PortError as error:
            return self._refused(batch, error)
        self._failures[channel.name] = 0
        for one in batch:
            told = replace(one, unworded=why or one.unworded)
            self._written(told, lambda due: ports.sent(due, reference, digest=many))
            _, left, _ = self._known.get(one.message.incident_id, (0, [one], None))
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
            self._written(one, lambda due: self.delivery.failed(due, str(error)))
            self._known.pop(one.message.incident_id, None)  # the log says now which road is next
        return True

    def _written(self, due: Due, write: Callable[[Due], None]) -> None:
        """Write it; a log on which every race was lost is left to the next sender, and is alone in that."""
        try:
            write(due)
        except ConcurrentAppend as error:
            self._leave(due.message.incident_id, error)

    def _hold(self, channel: Channel, seconds: float) -> None:
        self._not_before[channel.name] = self.delivery.clock.now() + timedelta(seconds=seconds)


def _said(channel: Channel, batch: Sequence[Due], *, many: bool) -> tuple[str, str]:
    """The channel's reference, and why it was said plainly, if the channel's form for it failed.

    Raises:
        PortError: the channel did not take it.
    """
    try:
        return channel.send(digest(batch) if many else batch[0].message), ""
    except UNWORDED as error:
        why = f"{type(error).__name__}: {error}"[:200]
    plain = [replace(one, message=_plain(one)) for one in batch]
    try:
        return channel.send(digest(plain) if many else plain[0].message), why
    except UNWORDED as error:
        raise PortError(f"{channel.name} has no form for it: {why}", retryable=False) from error


def _plain(due: Due) -> Message:
    """As little as a channel can be given: which incident, what happened, and when."""
    said = due.message
    happened = f"{due.events[-1].type} at {due.events[-1].occurred_at:%Y-%m-%d %H:%M:%S} UTC"
    return Message(
        incident_id=said.incident_id,
        title=due.events[-1].type,
        lines=(f"{happened}. Everything: commander explain {said.incident_id}",),
        severity=said.severity,
        state=said.state,
        thread=said.thread,
    )
