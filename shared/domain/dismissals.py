"""Dismissed alarms: a log for each application and day, and what it adds up to. Pure."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from shared.domain.events import Event, malformed
from shared.domain.facts import AlarmDismissed
from shared.domain.local_time import moment, zone_of
from shared.domain.model import digest
from shared.domain.service import Service
from shared.domain.signal import Signal

PREFIX = "DAY-"
MORNING = time(9)
MOST_A_DAY = 200
"""Alarms of an application that are written down in a day; more of them say nothing that these do not."""


def log_of(application: str, service: Service, at: datetime) -> str:
    """The log of the day, by the service's clock, on which something was dismissed."""
    day = at.astimezone(zone_of(service.time_zone)).date()
    return f"{PREFIX}{day:%Y%m%d}-{digest(application)[:12].upper()}"


def is_day(log_id: str) -> bool:
    """Whether it is the log of a day's dismissed alarms, and no incident's."""
    return log_id.startswith(PREFIX)


def told_at(service: Service, at: datetime) -> datetime:
    """When people hear of what was dismissed then: at nine the next morning by the service's clock (UTC)."""
    zone = zone_of(service.time_zone)
    return moment(at.astimezone(zone).date() + timedelta(days=1), MORNING, zone)


@dataclass(frozen=True)
class Day:
    """The dismissed alarms of an application's day, in the order in which they were written down."""

    log_id: str
    dismissed: tuple[AlarmDismissed, ...]

    @property
    def application(self) -> str:
        """Whose day it is."""
        return self.dismissed[0].application if self.dismissed else ""

    @property
    def is_full(self) -> bool:
        """Whether no more are written down."""
        return len(self.dismissed) >= MOST_A_DAY

    def has(self, signal: Signal) -> bool:
        """Whether it was dismissed already, in an earlier delivery."""
        return any(one.signal.id == signal.id for one in self.dismissed)


def day_of(log_id: str, events: Iterable[Event], ignored: Container[str] = frozenset()) -> Day:
    """What the log of a day says.

    Args:
        ignored: ids of events that must not be believed.
    """
    believed = (one for one in events if one.event_id not in ignored and malformed(one) is None)
    return Day(log_id, tuple(fact for one in believed if isinstance(fact := one.fact, AlarmDismissed)))
