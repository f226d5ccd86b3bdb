"""The audience: who hears of an incident's events and when, who is called next, and when to look again.

Everything goes to the stage's own channels. The stakeholder directory adds people: each hears of what their
role is for, on their own channels, and not while they do not want to be disturbed, unless it is critical.
Whom it concerned once, and does not any more, hears how it ends.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.directory import (
    Directory,
    Escalation,
    escalation_due,
    escalations,
    next_handover,
    recipients,
)
from shared.domain.errors import PortError
from shared.domain.facts import (
    Acknowledged,
    ApprovalGranted,
    IncidentResolved,
    LevelCalled,
    NotNeeded,
    ResolvedByPeople,
    TakenOver,
)
from shared.domain.incident import Incident
from shared.domain.person import Concern, Person
from shared.ports.channel import Channel
from shared.ports.directory import DirectorySource

NOBODY_LEFT = "nobody left to call"
"""The recipient that only the last resort reaches: every level was called, and nobody answered."""
CLOSES = frozenset(
    fact.__name__
    for fact in (Acknowledged, ApprovalGranted, TakenOver, NotNeeded, IncidentResolved, ResolvedByPeople)
)
"""What brings a page to an end, for now or for good."""
HANDED_ON = timedelta(days=7)
"""For how long what nobody has acknowledged is told to whoever has the next shift."""


@dataclass(frozen=True)
class Hearer:
    """Somebody who hears of these types of events from a time on, by the first road that works."""

    name: str
    channels: tuple[Channel, ...]
    types: frozenset[str]
    at: datetime
    person: Person | None = None


@dataclass(frozen=True)
class Audience:
    """`channels` are the stage's own; `roads` makes those of a person, the first that is tried first."""

    name: str
    channels: tuple[Channel, ...]
    source: DirectorySource
    roads: Callable[[Person], tuple[Channel, ...]]

    def hearers(
        self, incident: Incident, types: Collection[str], now: datetime, told: Collection[str] = ()
    ) -> tuple[Hearer, ...]:
        """Who hears of which of these types of event.

        Args:
            told: names of who has heard of the incident: also when it is not theirs any more, since their
                shift is over, they hear that somebody has it and that it is over, which closes their page.

        Raises:
            PortError: the directory cannot be read now, and may be later.
        """
        directory, heard, found = self._directory(), dict[str, set[str]](), dict[str, Hearer]()
        called = tuple(_called(directory, incident))
        for type_ in types:
            reached = recipients(
                directory,
                incident.opened,
                type_,
                incident.severity,
                now,
                called,
                incident.gravest,
                given_to=_given_to(incident),
            )
            for one in reached:
                heard.setdefault(one.person.id, set()).add(type_)
                found[one.person.id] = Hearer(
                    one.person.id, self.roads(one.person), frozenset(heard[one.person.id]), one.at, one.person
                )
        for person in directory.people:
            if person.id in told and person.id not in found and not incident.unanswered:
                at = person.reached_at(incident.severity, now)
                found[person.id] = Hearer(person.id, self.roads(person), CLOSES, at, person)
        stage = Hearer(self.name, self.channels, frozenset(types), now)
        left = any(not one.people and one.since == incident.asked_at for one in incident.called)
        nobody = [Hearer(NOBODY_LEFT, (), frozenset({LevelCalled.__name__}), now)] if left else []
        return (stage, *found.values(), *nobody)

    def readers(self, about: Concern, type_: str, at: datetime) -> tuple[Hearer, ...]:
        """Who reads a digest, from a time on: the stage then, people as soon as they may be disturbed.

        Raises:
            PortError: the directory cannot be read now, and may be later.
        """
        types = frozenset({type_})
        people = (
            Hearer(one.person.id, self.roads(one.person), types, one.at, one.person)
            for one in recipients(self._directory(), about, type_, "info", at)
        )
        return (Hearer(self.name, self.channels, types, at), *people)

    def calls(self, incident: Incident, now: datetime) -> tuple[LevelCalled, ...]:
        """The levels that are to be called now, and were not.

        Raises:
            PortError: the directory cannot be read now, and may be later.
        """
        if not incident.unanswered or incident.asked_at is None:
            return ()
        since, known = incident.asked_at, {(one.team, one.level, one.since) for one in incident.called}
        return tuple(
            LevelCalled(
                team=one.team, level=one.level, people=tuple(each.id for each in one.people), since=since
            )
            for one in escalation_due(self._directory(), incident.opened, since, now, team=incident.team)
            if (one.team, one.level, since) not in known
        )

    def next_call(self, incident: Incident, now: datetime) -> datetime | None:
        """When the next level would be called, or the next shift begins, while nobody has answered.

        Raises:
            PortError: the directory cannot be read now, and may be later.
        """
        if not incident.unanswered or incident.asked_at is None:
            return None
        directory, since = self._directory(), incident.asked_at
        times = [
            one.at for one in escalations(directory, incident.opened, since, incident.team) if one.at > now
        ]
        handover = next_handover(directory, incident.opened, now, incident.team)
        if handover is not None and handover <= since + HANDED_ON:
            times.append(handover)
        return min(times, default=None)

    def _directory(self) -> Directory:
        """The directory; one that nobody could ever read is none, so that the stage hears all the same."""
        try:
            return self.source.directory()
        except PortError as error:
            if error.retryable:
                raise
            return Directory()


def _given_to(incident: Incident) -> str:
    """The person or team that has it, or is to have it: they hear of it whatever they are concerned with."""
    return incident.held.name if incident.held else ""


def _called(directory: Directory, incident: Incident) -> Iterator[Escalation]:
    """The levels that were called, of people whom the directory still knows."""
    for one in incident.called:
        people = tuple(directory.by_id[id_] for id_ in one.people if id_ in directory.by_id)
        yield Escalation(one.team, one.level, one.since, people)
