"""A person of the stakeholder directory: what they hear of, by which roads, and when they are left alone."""

import re
from collections.abc import Container, Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import Field

from shared.domain.local_time import DAY_MINUTES, Quiet, unknown_zone, zone_of
from shared.domain.model import Model, Name
from shared.domain.service import Tier


class Role(StrEnum):
    """What somebody has to do with an incident, and so what they hear of."""

    ON_CALL = "on_call"  # everything, through a team's levels only
    INCIDENT_LEAD = "incident_lead"  # everything
    STAKEHOLDER = "stakeholder"  # that it began, what is done about it, how it ended
    EXECUTIVE = "executive"  # of what is critical: that it is, that people have it, how it ended


class ChannelKind(StrEnum):
    """A road to a person, by the name of its channel."""

    SLACK = "slack"
    PAGERDUTY = "pagerduty"
    EMAIL = "email"
    SNS = "sns"
    WEBHOOK = "webhook"


SECRET = r"commander/[\w/+=.@-]{1,200}"  # noqa: S105 - the pattern of a name
"""The name of a secret; what begins so is all that the function which tells people may read."""
ADDRESSES = {
    ChannelKind.SLACK: (r"[CDGUW][A-Z0-9]{2,30}", "a channel's or member's id, as in C0123456789"),
    ChannelKind.PAGERDUTY: (
        SECRET,
        "the name of the secret with the routing key, never the key itself: as in commander/pagerduty-shop",
    ),
    ChannelKind.EMAIL: (
        r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,63}",
        "an address, as in a@example.org",
    ),
    ChannelKind.SNS: (
        r"arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:commander-[\w-]{1,246}",
        "the ARN of a topic whose name begins with commander-",
    ),
    ChannelKind.WEBHOOK: (
        SECRET,
        "the name of the secret that holds url and key, as in commander/webhook-shop",
    ),
}
"""What an address of each kind looks like, and in words."""

BEGINNING = frozenset({"IncidentDetected"})
DOING = frozenset({"ActionStarted", "ActionFailed", "RemedyVerified", "RegressionDetected", "RecoverySeen"})
GRADED = frozenset({"SeverityChanged"})
HANDED_OVER = frozenset({"EscalatedToHuman", "TakenOver", "IncidentReopened"})
END = frozenset({"RolledBack", "NotNeeded", "IncidentResolved", "ResolvedByPeople"})
HEARS = {
    Role.STAKEHOLDER: BEGINNING | GRADED | DOING | HANDED_OVER | END,
    Role.EXECUTIVE: BEGINNING | GRADED | HANDED_OVER | END,
}
"""The types of events that a role hears of; who is not here hears of everything that is told."""
STAGE = "stage"
"""Who the stage's own channels are in the log: what they were told is not what a person was told."""
CRITICAL = "critical"
"""The severity that gets through do-not-disturb."""
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


_SESSION = re.compile(
    r"arn:(?P<partition>aws[\w-]*):sts::(?P<account>\d{12}):assumed-role/(?P<role>[\w+=,.@-]+)/.*"
)
_ROLE = re.compile(
    r"arn:(?P<partition>aws[\w-]*):iam::(?P<account>\d{12}):role/(?:.*/)?(?P<role>[\w+=,.@-]+)"
)


def principal(arn: str) -> str:
    """Who an ARN is, without what they may choose themselves: of a role's session that is the role.

    Whoever may assume a role names the session as they like, so all its sessions are one identity.
    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    found = _SESSION.fullmatch(arn) or _ROLE.fullmatch(arn)
    return "arn:{partition}:sts::{account}:assumed-role/{role}".format(**found.groupdict()) if found else arn


class Contact(Model):
    """One way to reach a person: an address or, where that is a secret, the name of the secret."""

    channel: ChannelKind
    address: Name


class Identities(Model):
    """Who a person is elsewhere, so that what they say counts as theirs, and once."""

    slack: str = Field(default="", pattern=r"^([UW][A-Z0-9]{2,30})?$", description="member id")
    pagerduty: str = Field(default="", pattern=r"^([A-Z0-9]{4,30})?$", description="user id")
    aws: tuple[Name, ...] = Field(
        default=(), description="ARNs of IAM users, and of roles that only they have"
    )
    oidc: str = Field(default="", max_length=256, description="the subject of the stage's issuer")

    @property
    def known(self) -> frozenset[tuple[str, str]]:
        """(where, id) of each."""
        single = (("slack", self.slack), ("pagerduty", self.pagerduty), ("oidc", self.oidc))
        several = (("aws", principal(one)) for one in self.aws)
        return frozenset((where, one) for where, one in (*single, *several) if one)


class Concern(Protocol):
    """What people may be concerned with: an incident as it was opened, or a day's digest."""

    @property
    def application(self) -> str:
        """The application."""
        ...

    @property
    def service(self) -> str:
        """Where it is felt, or was looked for."""
        ...

    @property
    def services(self) -> tuple[str, ...]:
        """All services that it is about."""
        ...

    @property
    def tier(self) -> Tier:
        """The highest of theirs."""
        ...


class Interest(Model):
    """What somebody is concerned with; what is left empty is everything."""

    services: tuple[Name, ...] = ()
    applications: tuple[Name, ...] = ()
    tiers: tuple[Tier, ...] = ()

    def concerns(self, opened: Concern) -> bool:
        """Whether the incident is about one of the services or applications, on one of the tiers."""
        named = bool(self.services or self.applications)
        on_it = opened.application in self.applications or {opened.service, *opened.services} & {
            *self.services
        }
        return (not named or bool(on_it)) and (not self.tiers or opened.tier in self.tiers)


class Person(Interest):
    """Somebody who hears of incidents: by their own interest, or on call through a team's levels."""

    id: Id
    name: Name
    role: Role
    channels: tuple[Contact, ...] = Field(description="in the order in which they are tried")
    time_zone: str = "UTC"
    do_not_disturb: tuple[Quiet, ...] = ()
    identities: Identities = Identities()

    @property
    def known_as(self) -> frozenset[tuple[str, str]]:
        """(where, id) by which they are known; who is reached as a member of Slack is known there."""
        members = (one.address for one in self.channels if one.channel is ChannelKind.SLACK)
        return self.identities.known | {("slack", one) for one in members if one[:1] in ("U", "W")}

    def reached_at(self, severity: str, now: datetime) -> datetime:
        """The first moment from now on at which this person may be told, in UTC.

        That is now, if it is critical; else the first moment that no do-not-disturb window covers.
        """
        at, zone = now.astimezone(UTC), zone_of(self.time_zone)
        while severity != CRITICAL:
            ends = [end for quiet in self.do_not_disturb if (end := quiet.until(at, zone)) is not None]
            if not ends:
                break
            at = max(ends)
        return at

    def hears(self, opened: Concern, event_type: str, severity: str) -> bool:
        """Whether this person hears of such an event by their own interest."""
        if self.role is Role.ON_CALL or not self.concerns(opened):
            return False
        grave = self.role is not Role.EXECUTIVE or severity == CRITICAL
        return grave and (self.role not in HEARS or event_type in HEARS[self.role])


def problems(person: Person, called: Container[str]) -> Iterator[str]:
    """Everything that is wrong with a person, by path; `called` are the ids that some level calls."""
    path = f"people.{person.id}"
    if person.id == STAGE:
        yield f"{path}.id: the stage's own channels are called so; give another"
    yield from unknown_zone(path, person.time_zone)
    if not person.channels:
        yield f"{path}.channels: empty, so nothing could reach them; give one"
    for number, contact in enumerate(person.channels):
        pattern, words = ADDRESSES[contact.channel]
        if re.fullmatch(pattern, contact.address, re.ASCII) is None:
            yield f"{path}.channels.{number}.address: no address of {contact.channel}; give {words}"
    yield from _chosen_names(path, person.identities.aws)
    if any(one.begins == one.ends for one in person.do_not_disturb):
        yield f"{path}.do_not_disturb: a window that ends when it begins; give two different times"
    if len(set().union(*(one.minutes for one in person.do_not_disturb))) == 7 * DAY_MINUTES:
        yield f"{path}.do_not_disturb: it covers the whole week, so they would never hear; leave a gap"
    if person.role is Role.ON_CALL and person.id not in called:
        yield f"{path}.role: on_call, but no team's level calls them; put them into one, or change the role"


def _chosen_names(path: str, arns: Iterable[str]) -> Iterator[str]:
    for number, arn in enumerate(arns):
        if _SESSION.fullmatch(arn):
            yield (
                f"{path}.identities.aws.{number}: the name of a session, which whoever has the role may "
                "choose; give the role's ARN if only they have it, else the issuer's subject (oidc)"
            )
