"""Who says something: an identity as the place where it was said knows it, and as whom it counts here."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from shared.domain.directory import Directory
from shared.domain.facts import IncidentDetected
from shared.domain.model import Model, Name
from shared.domain.person import Person, Role, principal

RANK = {Role.ON_CALL: 1, Role.INCIDENT_LEAD: 2}
"""Whose word counts for an action; a lead may also say what somebody on call may. Nobody else decides."""
FEW = 5
"""Names in a sentence."""


class Where(StrEnum):
    """The place that has checked who somebody is."""

    SLACK = "slack"
    PAGERDUTY = "pagerduty"
    AWS = "aws"
    OIDC = "oidc"
    LOCAL = "local"  # a name that was only said: on the stage `local`, where everything is simulated


ACCOUNTED = frozenset({Where.AWS, Where.LOCAL})
"""Where IAM has decided already who may write as an operator; no directory is needed for that."""


class Identity(Model):
    """Somebody, by the id of the place. The name is what the place shows: for texts, and never believed."""

    where: Where
    id: Name
    name: str = Field(default="", max_length=256)


@dataclass(frozen=True)
class Speaker:
    """As whom an identity counts."""

    by: str  # in the log: the person's id, or the identity itself
    known: frozenset[str]  # every way in which the log may have written down the same human
    role: Role | None = None  # None: the directory does not know them
    unlisted: bool = False  # there is no directory yet, and IAM lets them write as an operator

    def may(self, role: str) -> bool:
        """Whether their word counts where that role is asked for."""
        return self.unlisted or counts(self.role, role)

    @property
    def weight(self) -> str:
        """The role that their word has here; without a directory IAM alone has decided: the most."""
        return Role.INCIDENT_LEAD.value if self.unlisted else self.role.value if self.role else ""

    def among(self, people: Iterable[str]) -> bool:
        """Whether the same human is one of them, whatever road they took."""
        return any(principal(one) in self.known for one in people)


def speaker(directory: Directory, identity: Identity) -> Speaker:
    """As whom somebody counts: the same human through two roads is one person.

    Args:
        directory: an empty one knows nobody, so that only who is accounted for by IAM has a word.
    """
    raw = _raw(identity)
    person = _person(directory, identity)
    if person is None:
        unlisted = not directory.people and identity.where in ACCOUNTED
        return Speaker(raw, frozenset({raw}), unlisted=unlisted)
    roads = {f"{where}:{id_}" for where, id_ in person.known_as}
    arns = {id_ for where, id_ in person.known_as if where == Where.AWS}
    return Speaker(person.id, frozenset({person.id, *roads, *arns}), person.role)


def counts(role: Role | None, asked: str) -> bool:
    """Whether the word of who has this role, if any, counts where that one is asked for."""
    needed = next((rank for one, rank in RANK.items() if one == asked), None)
    return needed is not None and role is not None and RANK.get(role, 0) >= needed


def who_may(directory: Directory, role: str, opened: IncidentDetected) -> str:
    """In words: whose answer counts for an incident, by name where the directory has any."""
    names = [one.name for one in directory.people if counts(one.role, role) and one.concerns(opened)]
    asked = role.replace("_", " ")
    if not names:
        return f"nobody of the directory who is {asked}: `commander people set` one"
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return f"{', '.join(names[:FEW])}{more} ({asked})"


def _person(directory: Directory, identity: Identity) -> Person | None:
    if identity.where is Where.LOCAL:
        return directory.by_id.get(identity.id)
    return directory.known_as(identity.where.value, identity.id)


def _raw(identity: Identity) -> str:
    if identity.where in ACCOUNTED:
        return principal(identity.id)
    return f"{identity.where.value}:{identity.id}"[:256]
