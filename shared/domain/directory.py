"""The stakeholder directory: who hears of what, when, and who is called when nobody answers."""

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from pydantic import Field

from shared.domain.errors import InvalidConfiguration
from shared.domain.facts import IncidentDetected
from shared.domain.local_time import moment, unknown_zone, zone_of
from shared.domain.model import Model
from shared.domain.person import Concern, Contact, Id, Interest, Person, principal, problems
from shared.domain.service import ServiceCatalogue


class Rotation(Model):
    """People who take turns; each shift begins at the handover, by the clock of the zone."""

    id: Id
    people: tuple[Id, ...]
    first: date = Field(description="the day on which the first person's shift begins")
    days: int = Field(default=7, ge=1, le=366, description="of a shift")
    handover: time = time(9)
    time_zone: str = "UTC"

    def on_call(self, now: datetime) -> str:
        """Whose shift it is: always exactly one person's, before the first day too."""
        return self.people[self._shift(now) % len(self.people)]

    def next_shift(self, now: datetime) -> datetime:
        """When the next shift begins (UTC): always later than now."""
        return self._begins(self._shift(now) + 1)

    def _shift(self, now: datetime) -> int:
        shift = (now.astimezone(zone_of(self.time_zone)).date() - self.first).days // self.days
        return shift - (now < self._begins(shift))

    def _begins(self, shift: int) -> datetime:
        return moment(self.first + timedelta(days=shift * self.days), self.handover, zone_of(self.time_zone))


class Level(Model):
    """Whom to call at one level, and how long they have to acknowledge before the next is called."""

    people: tuple[Id, ...] = Field(description="people or rotations")
    minutes: int = Field(default=5, ge=1, le=1440)


class Team(Interest):
    """Who is on call for services or applications: the first level at once, the next when nobody answers."""

    id: Id
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Recipient:
    """A person who is to be told, on the first of the channels that takes it, at that time (UTC)."""

    person: Person
    channels: tuple[Contact, ...]
    at: datetime


@dataclass(frozen=True)
class Escalation:
    """A level, from 2 on, of a team that is called since nobody acknowledged until then (UTC).

    Without people it is the end of the levels.
    """

    team: str
    level: int
    at: datetime
    people: tuple[Person, ...]


class Directory(Model):
    """Everybody. An empty one reaches nobody: who tells people has a channel of last resort."""

    people: tuple[Person, ...] = ()
    rotations: tuple[Rotation, ...] = ()
    teams: tuple[Team, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Person]:
        """Person by id."""
        return {one.id: one for one in self.people}

    def known_as(self, where: str, id_: str) -> Person | None:
        """The person of that identity: `slack`, `pagerduty`, `aws` or `oidc`."""
        known = (where, principal(id_) if where == "aws" else id_)
        return next((one for one in self.people if known in one.known_as), None)

    @cached_property
    def rotation_by_id(self) -> dict[str, Rotation]:
        """Rotation by id."""
        return {one.id: one for one in self.rotations}

    def problems(self, services: ServiceCatalogue | None = None) -> tuple[str, ...]:
        """Everything that is wrong: its path, what, and what to do; also what no such catalogue has."""
        return (*_problems(self), *(_unwatched(self, services) if services is not None else ()))

    def validated(self, services: ServiceCatalogue | None = None) -> "Directory":
        """This directory, checked.

        Raises:
            InvalidConfiguration: everything that is wrong, by path, and what to do.
        """
        found = self.problems(services)
        if found:
            raise InvalidConfiguration("; ".join(found))
        return self


def on_call(directory: Directory, level: Level, now: datetime) -> tuple[Person, ...]:
    """The people of a level at a time: of each rotation whose shift it is."""
    ids = (
        directory.rotation_by_id[one].on_call(now) if one in directory.rotation_by_id else one
        for one in level.people
    )
    return tuple(directory.by_id[one] for one in dict.fromkeys(ids))


def recipients(
    directory: Directory,
    opened: Concern,
    event_type: str,
    severity: str,
    now: datetime,
    called: Sequence[Escalation] = (),
    gravest: str | None = None,
    given_to: str = "",
) -> tuple[Recipient, ...]:
    """Who is told of an event, on which channels in order, and when; nobody twice, those on call first.

    Args:
        directory: one that is valid.
        severity: of the incident as it is now; only `critical` gets through do-not-disturb.
        called: the levels that were called before: they hear of the rest too.
        gravest: the severity that it ever had, if that was another: who heard of it then hears its end.
        given_to: the person or team that it was given to, whatever they are concerned with.
    """
    teams = (team for team in directory.teams if team.concerns(opened) or team.id == given_to)
    owner = (directory.by_id[one] for one in (given_to,) if one in directory.by_id)
    first = (person for team in teams for person in on_call(directory, team.levels[0], now))
    later = (person for one in called for person in one.people)
    interested = (one for one in directory.people if one.hears(opened, event_type, gravest or severity))
    told = {person.id: person for person in (*owner, *first, *later, *interested)}
    return tuple(Recipient(one, one.channels, one.reached_at(severity, now)) for one in told.values())


def escalation_due(
    directory: Directory,
    opened: IncidentDetected,
    since: datetime,
    now: datetime,
    acknowledged_at: datetime | None = None,
    team: str = "",
) -> tuple[Escalation, ...]:
    """The levels after the first that are to have been called by now, oldest first; of a rotation whoever
    had the shift then. After the last level's time comes a level without people: nobody is left.

    Args:
        directory: one that is valid.
        since: when the first level was called.
        acknowledged_at: when somebody said that they have it: no level is called from then on.
        team: the one that it was given to; empty: those whom it concerns.
    """
    every = escalations(directory, opened, since, team)
    return tuple(
        one for one in every if one.at <= now and (acknowledged_at is None or one.at < acknowledged_at)
    )


def escalations(
    directory: Directory, opened: IncidentDetected, since: datetime, given_to: str = ""
) -> tuple[Escalation, ...]:
    """Every level after the first, and when it is called if nobody acknowledges; oldest first.

    Args:
        given_to: the team that is called; empty: those whom it concerns.
    """
    found = []
    for team in _asked(directory, opened, given_to):
        at = since.astimezone(UTC)
        for number, (before, level) in enumerate(zip(team.levels, (*team.levels[1:], None), strict=True), 2):
            at += timedelta(minutes=before.minutes)
            people = on_call(directory, level, at) if level is not None else ()
            found.append(Escalation(team.id, number, at, people))
    return tuple(sorted(found, key=lambda one: one.at))


def next_handover(
    directory: Directory, opened: IncidentDetected, now: datetime, given_to: str = ""
) -> datetime | None:
    """When, after now, the next shift begins of a rotation in the first level of a team that is concerned."""
    names = {
        one for team in _asked(directory, opened, given_to) for one in team.levels[0].people
    } & directory.rotation_by_id.keys()
    return min((directory.rotation_by_id[one].next_shift(now) for one in names), default=None)


def _asked(directory: Directory, opened: IncidentDetected, given_to: str) -> tuple[Team, ...]:
    """The team that it was given to; else those whom it concerns."""
    given = tuple(one for one in directory.teams if one.id == given_to)
    return given or tuple(one for one in directory.teams if one.concerns(opened))


def _problems(directory: Directory) -> Iterator[str]:
    ids = [one.id for one in directory.people] + [one.id for one in directory.rotations]
    known = Counter(ids + [one.id for one in directory.teams])
    yield from (
        f"{name}: this id is used {count} times; rename all but one"
        for name, count in known.items()
        if count > 1
    )
    claimed = Counter(one for person in directory.people for one in person.known_as)
    yield from (
        f"people: {count} of them are {where} {id_}; an identity is one person's, so leave it to one"
        for (where, id_), count in sorted(claimed.items())
        if count > 1
    )
    called = {one for team in directory.teams for level in team.levels for one in level.people}
    called |= {one for rotation in directory.rotations if rotation.id in called for one in rotation.people}
    for person in directory.people:
        yield from problems(person, called)
    for rotation in directory.rotations:
        path = f"rotations.{rotation.id}"
        yield from unknown_zone(path, rotation.time_zone)
        yield from _people(f"{path}.people", rotation.people, directory.by_id.keys(), "a person")
    either = directory.by_id.keys() | directory.rotation_by_id.keys()
    for team in directory.teams:
        if not team.levels:
            yield f"teams.{team.id}.levels: empty, so nobody would be called; give one level"
        for number, level in enumerate(team.levels, start=1):
            yield from _people(
                f"teams.{team.id}.levels.{number}.people", level.people, either, "a person or rotation"
            )


def _people(path: str, named: Sequence[str], known: Container[str], what: str) -> Iterator[str]:
    if not named:
        yield f"{path}: empty; name {what}"
    yield from (f"{path}: nobody is {one!r}; name {what} of this file" for one in named if one not in known)


def _unwatched(directory: Directory, services: ServiceCatalogue) -> Iterator[str]:
    applications = {one.application for one in services.services}
    entries: list[tuple[str, Interest]] = [(f"people.{one.id}", one) for one in directory.people]
    entries += [(f"teams.{one.id}", one) for one in directory.teams]
    for path, one in entries:
        unknown = [f"services: {name!r}" for name in one.services if name not in services.by_name]
        unknown += [f"applications: {name!r}" for name in one.applications if name not in applications]
        yield from (
            f"{path}.{each} is not watched; correct it, or load the catalogue first" for each in unknown
        )
