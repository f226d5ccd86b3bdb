"""What was done lately: actions on a service in an hour, tries of a remedy on a target in a day."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import Field

from shared.domain.model import Model, Name, Utc

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


class Acted(Model):
    """One action; its token makes it one, however often it is told."""

    token: Name
    service: Name
    runbook: Name
    target: str
    at: Utc


class Past(Model):
    """What is kept of an action."""

    token: Name
    at: Utc
    harmed: bool = False


class Counts(Model):
    """What went before an action, itself left out."""

    last_hour: int = Field(ge=0, description="actions on its service")
    tries: int = Field(ge=0, description="of its runbook on its target, in the 24 hours before")
    harmed: bool = Field(description="one of these tries did harm")


class OwnActions(Protocol):
    """What the machine itself did, as the executor alone can write it."""

    def touched(self, target: str) -> tuple[datetime, ...]:
        """When it began to change this target, in the last hour.

        Raises:
            PortError: it cannot be read.
        """
        ...


class Untouched:
    """For looks where nothing acts."""

    def touched(self, target: str) -> tuple[datetime, ...]:
        """Never."""
        return ()


UNTOUCHED = Untouched()


class ActionHistory(OwnActions, Protocol):
    """Every change is atomic: two that meet are both kept."""

    def before(self, action: Acted) -> Counts:
        """What went before this action, which may be noted already; read consistently.

        Raises:
            PortError: it cannot be read; then nothing may be executed.
        """
        ...

    def begin(self, action: Acted, most: int) -> bool:
        """Note the action before it begins; telling it again changes nothing.

        False, and nothing changes, when `most` others on its service are in the hour already: of two that
        meet there, one waits.

        Raises:
            PortError: it may be noted; beginning it again completes it.
        """
        ...

    def touch(self, target: str, token: str, at: datetime) -> None:
        """Note, before it begins, that the machine changes a target: an action, or the undoing of one.

        Raises:
            PortError: it may be noted; telling it again changes nothing.
        """
        ...

    def harmed(self, action: Acted) -> None:
        """The action did harm; also when it is not known.

        Raises:
            PortError: nothing is known to be written.
        """
        ...


def within(past: Iterable[Past], token: str, since: datetime) -> tuple[Past, ...]:
    """The others since then."""
    return tuple(one for one in past if one.at > since and one.token != token)


def begun(
    past: Sequence[Past], action: Acted, window: timedelta, most: int | None
) -> tuple[Past, ...] | None:
    """The past of the window with this action; None when `most` others are in it."""
    if any(one.token == action.token for one in past):
        return tuple(past)
    others = within(past, action.token, action.at - window)
    if most is not None and len(others) >= most:
        return None
    return (*others, Past(token=action.token, at=action.at))


def touching(past: Sequence[Past], token: str, at: datetime) -> tuple[Past, ...]:
    """The last hour's changes of a target, with this one."""
    if any(one.token == token for one in past):
        return tuple(past)
    return (*within(past, token, at - HOUR), Past(token=token, at=at))


def harmful(past: Sequence[Past], action: Acted) -> tuple[Past, ...]:
    """The past with this action marked as harmful."""
    known = begun(past, action, DAY, None) or ()
    return tuple(
        one.model_copy(update={"harmed": True}) if one.token == action.token else one for one in known
    )


def counted(on_service: Sequence[Past], of_remedy: Sequence[Past], action: Acted) -> Counts:
    """What these two pasts say about what went before the action."""
    tries = within(of_remedy, action.token, action.at - DAY)
    return Counts(
        last_hour=len(within(on_service, action.token, action.at - HOUR)),
        tries=len(tries),
        harmed=any(one.harmed for one in tries),
    )
