"""What is due: what each recipient has not heard of an incident, as one message on the road that it takes."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from shared.agents.communication import compose, plainly, tells
from shared.domain.errors import CommanderError, PortError
from shared.domain.events import Event, malformed
from shared.domain.facts import Fact, NotificationFailed, NotificationSent
from shared.domain.folding import fold
from shared.domain.identity import counts
from shared.domain.incident import Incident
from shared.domain.local_time import zone_of
from shared.domain.person import Role
from shared.domain.repair import repaired
from shared.ports.catalogue import CatalogueSource
from shared.ports.channel import Ask, Channel, Message, State
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust, EventStore, record
from shared.workflow.audience import Audience, Hearer

F = TypeVar("F", bound=Fact)

SEVERITIES = ("critical", "high", "error", "medium", "warning", "low", "info")
"""Worst first; what is none of them counts as worst."""


MOST_BEFORE = 10
"""Earlier events that a message names: each costs a fold of the log up to it."""
UNWORDED = (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)
"""What putting odd content into words, or into a channel's form, fails with: it is said plainly then."""


@dataclass(frozen=True)
class Due:
    """What one recipient has not heard of one incident, and the road that it takes now."""

    recipient: str
    channel: Channel
    final: bool  # there is no other road after this one
    events: tuple[Event, ...]
    message: Message
    unworded: str = ""  # why it is said plainly, if it is

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
class Outlook:
    """What is due of an incident now, and when to look again (UTC), if something waits for a time."""

    due: tuple[Due, ...] = ()
    later: datetime | None = None


@dataclass(frozen=True)
class Looking:
    """Reads logs. The only thing that it writes is that a level of a team is called."""

    store: EventStore
    distrust: Distrust
    catalogue: CatalogueSource
    audience: Audience
    last_resort: Channel
    clock: Clock

    def look(self, incident_id: str) -> Outlook:
        """What is to be told of an incident now, by recipient, and what comes later.

        Raises:
            PortError: the log or the directory cannot be read, or the log not be written.
        """
        log = self._log(incident_id)
        if log is None:
            return Outlook()
        now, later = self.clock.now(), list[datetime]()
        if self.audience.calls(log.incident, now):
            record(self.store, incident_id, lambda state: self.audience.calls(state, now), "", self.distrust)
            log = self._log(incident_id) or log
        found = []
        types = {one.type for one in log.heard}
        for hearer in self.audience.hearers(log.incident, types, now, log.recipients):
            pending = log.pending(hearer)
            if not pending:
                continue
            if hearer.at > now:
                later.append(hearer.at)
            elif due := self._due(log, hearer, pending):
                found.append(due)
        if call := self.audience.next_call(log.incident, now):
            later.append(call)
        return Outlook(tuple(found), min(later, default=None))

    def _log(self, incident_id: str) -> "_Log | None":
        events = repaired(self.store.read(incident_id), self.distrust)
        ignored = self.distrust(events)
        believed = [one for one in events if one.event_id not in ignored and malformed(one) is None]
        heard = [one for one in believed if tells(one)]
        if not heard or heard[0].version > 1:  # whatever the rest says, no believed event opens an incident
            return None
        return _Log(events, ignored, believed, heard, fold(events, ignored))

    def _due(self, log: "_Log", hearer: Hearer, pending: tuple[Event, ...]) -> Due | None:
        last = pending[-1].version
        tried = {
            one.channel: one.reason
            for one in facts_of(log.believed, NotificationFailed)
            if (one.recipient, one.version) == (hearer.name, last)
        }
        roads = [one for one in (*hearer.channels, self.last_resort) if one.name not in tried]
        if not roads:
            return None
        message, unworded = self._message(log, pending, hearer)
        threads = [
            one.reference for one in log.told(hearer) if one.channel == roads[0].name and not one.digest
        ]
        said = {
            "thread": threads[0] if threads else "",
            "lines": (*message.lines, *_why(tried), *_held(hearer, log.incident, pending)),
        }
        due = Due(hearer.name, roads[0], len(roads) == 1, pending, message, unworded)
        return replace(due, message=message.model_copy(update=said))

    def _message(self, log: "_Log", pending: Sequence[Event], hearer: Hearer) -> tuple[Message, str]:
        """What they are told, and why it is said plainly, if it is."""
        try:
            return self._worded(log, pending, hearer), ""
        except (*UNWORDED, CommanderError) as error:
            if isinstance(error, PortError) and error.retryable:
                raise
            why = error
        plain = plainly(log.incident, pending[-1]).model_copy(update={"state": _state(log.incident)})
        return plain, f"{type(why).__name__}: {why}"[:200]

    def _worded(self, log: "_Log", pending: Sequence[Event], hearer: Hearer) -> Message:
        services = self.catalogue.services()

        def said(event: Event) -> Message:
            return compose(fold(log.events[: event.version], log.ignored), event, services)

        latest = said(pending[-1])
        earlier = pending[:-1][-MOST_BEFORE:]
        more = [f"{len(pending) - 1 - len(earlier)} more"] if len(pending) - 1 > len(earlier) else []
        before = " · ".join([*more, *(said(one).title for one in earlier)])
        return latest.model_copy(
            update={
                "lines": (*latest.lines, *([f"Before that: {before}"] if before else [])),
                "state": _state(log.incident),
                "ask": _ask(log.incident, hearer),
                "opening": latest.opening if pending[-1] is not log.heard[0] else (),
            }
        )


@dataclass(frozen=True)
class _Log:
    """A log as it was read: all of it, what of it is believed, and what of that people hear of."""

    events: Sequence[Event]
    ignored: Container[str]
    believed: Sequence[Event]
    heard: Sequence[Event]
    incident: Incident

    @property
    def recipients(self) -> frozenset[str]:
        """Everybody who was told something of it."""
        return frozenset(one.recipient for one in facts_of(self.believed, NotificationSent))

    def told(self, hearer: Hearer) -> list[NotificationSent]:
        """What this recipient was told."""
        sent = facts_of(self.believed, NotificationSent)
        return [one for one in sent if one.recipient in ("", hearer.name)]

    def pending(self, hearer: Hearer) -> tuple[Event, ...]:
        """What this recipient is to hear, and has not."""
        told = max((one.version for one in self.told(hearer)), default=0)
        return tuple(one for one in self.heard if one.version > told and one.type in hearer.types)


def _state(incident: Incident) -> State:
    """Closed is not resolved: of what was only observed the page stays open.

    A page that a person has closed stays closed until people are needed again.
    """
    ended = incident.resolution or incident.resolved_at or incident.unneeded
    if ended or incident.page_over:
        return State.RESOLVED
    return State.ACKNOWLEDGED if incident.acknowledged_at is not None else State.OPEN


def _ask(incident: Incident, hearer: Hearer) -> Ask | None:
    """What they can answer now: the approval that is open, and, until it is over, whose it is.

    Whose role decides nothing is asked nothing. Of the stage's own channels nobody knows who reads them.
    """
    may, person, approval = _may(incident), hearer.person, incident.approval
    if not may or (person is not None and not counts(person.role, Role.ON_CALL)):
        return None
    if approval is None or not approval.open or incident.in_human_hands:
        return Ask(may=may)
    if person is not None and not counts(person.role, approval.asked.role):
        return Ask(may=may)
    proposal, asked = approval.asked.proposal, approval.asked
    values = ", ".join(f"{name}={value}" for name, value in proposal.parameters.items())
    change = "; ".join(asked.preview) or "nothing that is configured changes"
    exactly = f"{proposal.runbook} on {proposal.target} ({values or 'no parameters'}): {change}"
    return Ask(request=asked.request, digest=proposal.digest, exactly=exactly, may=may)


def _may(incident: Incident) -> tuple[str, ...]:
    """What can be said of whose it is: nothing more of what the machine has ended itself."""
    if not incident.is_open:
        return ("reopen",) if incident.resolution is not None else ()
    if incident.with_people or incident.owner:
        return (*(() if incident.owner else ("take",)), "hand_on", "note", "resolve")
    return () if incident.resolved_at is not None else ("take_over",)


def _why(tried: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"Told here because {channel} failed: {reason}" for channel, reason in tried.items())


def _held(hearer: Hearer, incident: Incident, pending: Sequence[Event]) -> tuple[str, ...]:
    """That a person's do-not-disturb held it back, with the time at which it happened by their clock."""
    person, first = hearer.person, pending[0].occurred_at
    if person is None or person.reached_at(incident.severity, first) <= first:
        return ()
    happened = first.astimezone(zone_of(person.time_zone))
    return (f"Held back while you were not to be disturbed; it began at {happened:%a %H:%M %Z}.",)


def facts_of(events: Iterable[Event], kind: type[F]) -> list[F]:
    """The facts of one kind, in their order; what is malformed is none."""
    found = (one.fact for one in events if one.type == kind.__name__ and malformed(one) is None)
    return [one for one in found if isinstance(one, kind)]
