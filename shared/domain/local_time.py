"""What a clock on a wall says of an instant, and back: also when it skips an hour, or shows one twice."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator

from shared.domain.model import Model

DAY_MINUTES = 1440


class Weekday(StrEnum):
    """A day of the week, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


WEEK = tuple(Weekday)


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; UTC where nobody knows it, so that a typing error stops nothing that runs."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown; a path; a folder of zones
        return ZoneInfo("UTC")


def unknown_zone(path: str, name: str) -> Iterator[str]:
    """What is wrong with the name of a time zone, if anything."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f"{path}.time_zone: no zone {name!r}; give an IANA name, as in Europe/Berlin"


def _minute(value: time) -> time:
    if value.second or value.microsecond or value.tzinfo:
        raise ValueError("give hours and minutes only, as in 22:30; they are local")
    return value


Clock = Annotated[time, AfterValidator(_minute)]


class Quiet(Model):
    """A do-not-disturb window by the local clock; one that ends before it begins crosses midnight."""

    begins: Clock
    ends: Clock
    days: tuple[Weekday, ...] = WEEK  # on which it begins

    def until(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When the window that covers this instant ends, in UTC; None if it covers it not.

        It begins when the clock first shows `begins` and ends when it last shows `ends`: an hour that comes
        twice is slept through twice. A time that the clock skips is the moment at which it skips it.
        """
        today = at.astimezone(zone).date()
        for day in (today - timedelta(days=1), today):
            if WEEK[day.weekday()] not in self.days:
                continue
            last = day + timedelta(days=self.ends <= self.begins)
            end = moment(last, self.ends, zone, last=True)
            if moment(day, self.begins, zone) <= at < end:
                return end
        return None

    @property
    def minutes(self) -> frozenset[int]:
        """The minutes of a week, from Monday's midnight on, that it covers."""
        begins, ends = (one.hour * 60 + one.minute for one in (self.begins, self.ends))
        span = (ends - begins) % DAY_MINUTES
        starts = (WEEK.index(day) * DAY_MINUTES + begins for day in self.days)
        return frozenset((start + minute) % (7 * DAY_MINUTES) for start in starts for minute in range(span))


def moment(day: date, clock: time, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """The first instant (UTC) at which the zone's clock shows this time; or the last, if it shows it twice.

    When the clock skips it, that is the instant at which it does.
    """
    wall = datetime.combine(day, clock)
    sides = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    early, late = sorted(sides)
    if _wall(early, zone) == wall:
        return late if last else early
    while late - early > timedelta(microseconds=1):
        middle = early + (late - early) // 2
        early, late = (early, middle) if _wall(middle, zone) >= wall else (middle, late)
    return late


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
