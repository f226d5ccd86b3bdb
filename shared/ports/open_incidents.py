"""Which incidents of an application are open: several may be, and each is opened once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from shared.domain.model import Model, Utc

KEEP = timedelta(days=7)
"""A claim that nobody released ends by itself; whose trouble lasts longer gets an incident of its own."""
MOST_ENDED = 5
"""Incidents that ended last: a signal of theirs that is delivered again belongs to them still."""
MOST = 50
"""Open incidents of one application that a signal is compared with: the newest."""


class Claim(Model):
    """An incident that is open, or that somebody is just opening."""

    incident_id: str
    at: Utc


class Claims(Model):
    """The open incidents of an application, oldest first, and the version of that list."""

    version: int = 0
    open: tuple[Claim, ...] = ()
    ended: tuple[str, ...] = ()

    def __contains__(self, incident_id: str) -> bool:
        """Whether it is one of them."""
        return any(one.incident_id == incident_id for one in self.open)

    def with_one(self, incident_id: str, now: datetime) -> "Claims":
        """The next version, with this one as the newest, and without those that have ended by themselves."""
        kept = [one for one in self.open if one.incident_id != incident_id and one.at + KEEP >= now]
        claim = Claim(incident_id=incident_id, at=now)
        ended = tuple(one for one in self.ended if one != incident_id)
        return Claims(version=self.version + 1, open=(*kept, claim)[-MOST:], ended=ended)

    def without(self, incident_id: str) -> "Claims":
        """The next version, without this one."""
        kept = tuple(one for one in self.open if one.incident_id != incident_id)
        ended = (*(one for one in self.ended if one != incident_id), incident_id)[-MOST_ENDED:]
        return Claims(version=self.version + 1, open=kept, ended=ended)


class OpenIncidents(Protocol):
    """A hint what to compare a signal with; whether an incident is open is in its log."""

    def of(self, application: str) -> Claims:
        """The application's open incidents, read consistently.

        Raises:
            PortError: it is not known.
        """
        ...

    def claim(self, application: str, incident_id: str, seen: Claims) -> bool:
        """Say that this incident is opened, if the list is still as it was seen; whether it was.

        Raises:
            PortError: it may be claimed.
        """
        ...

    def claim_again(self, application: str, incident_id: str) -> None:
        """Say that an incident is open again, whatever the list says by now.

        Raises:
            PortError: it may not be claimed.
        """
        ...

    def release(self, application: str, incident_id: str) -> None:
        """Say that it is over; harmless when it was never claimed.

        Raises:
            PortError: it may still be claimed.
        """
        ...

    def held(self, applications: Sequence[str]) -> Sequence[str]:
        """The open incidents of these applications.

        Raises:
            PortError: it is not known.
        """
        ...
