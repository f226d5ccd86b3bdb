"""What somebody may do by the dashboard: viewer, approver, operator; the server decides, by who they are."""

from enum import StrEnum
from typing import Literal

from shared.domain.directory import Directory
from shared.domain.model import Model, Name
from shared.domain.person import Person, Role


class Clearance(StrEnum):
    """A later one may do all that an earlier one may."""

    VIEWER = "viewer"
    APPROVER = "approver"
    OPERATOR = "operator"

    def covers(self, needed: "Clearance") -> bool:
        """Whether it is enough."""
        order = [*Clearance]
        return order.index(self) >= order.index(needed)


BY_ROLE = {
    Role.EXECUTIVE: Clearance.VIEWER,
    Role.STAKEHOLDER: Clearance.VIEWER,
    Role.ON_CALL: Clearance.APPROVER,
    Role.INCIDENT_LEAD: Clearance.OPERATOR,
}


class Caller(Model):
    """Who asks, as AWS or the stage's issuer vouches for them; on the stage `local`, as they say."""

    where: Literal["aws", "oidc", "local"]
    id: Name
    name: str = ""
    claimed: Clearance | None = None  # by a verified token; from a command line it can only lower


class Cleared(Model):
    """What they may do, and why."""

    caller: Caller
    clearance: Clearance
    why: str
    person: Person | None = None


def cleared(caller: Caller, directory: Directory) -> Cleared:
    """The clearance of a caller.

    A token's roles are its issuer's word. Otherwise the directory says it: who is not in it may look, and
    with an empty one everybody may everything whom IAM lets call at all, as on the command line.
    """
    person = directory.known_as(caller.where, caller.id) or (
        directory.by_id.get(caller.id) if caller.where == "local" else None
    )
    found, why = _of(caller, directory, person)
    return Cleared(caller=caller, clearance=found, why=why, person=person)


def _of(caller: Caller, directory: Directory, person: Person | None) -> tuple[Clearance, str]:
    if caller.where == "oidc":
        if caller.claimed is None:
            return Clearance.VIEWER, "the token names no role of this stage"
        return caller.claimed, "the role that the token claims"
    if person is not None:
        most, why = BY_ROLE[person.role], f"{person.id} is {person.role} in the stakeholder directory"
    elif directory.people:
        most, why = Clearance.VIEWER, "the stakeholder directory does not know this identity"
    else:
        most, why = Clearance.OPERATOR, "the stakeholder directory is empty, so IAM alone decides who may"
    if caller.claimed is None or caller.claimed.covers(most):
        return most, why
    return caller.claimed, f"asked for less: {caller.claimed}"
