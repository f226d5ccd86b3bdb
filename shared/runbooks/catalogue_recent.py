"""What changed recently enough to have caused an incident, and by whom."""

from datetime import UTC, datetime, timedelta

from shared.domain.runbook import Subject

RECENT = timedelta(minutes=30)
"""A change this long before the incident's start, or later, can be undone for it."""
BEFORE, AFTER = timedelta(minutes=5), timedelta(seconds=15)
"""Before the onset, a change needs so long at most to be felt; its time may be noted a little later."""
EARLIER, LATER = timedelta(seconds=5), timedelta(minutes=3)
"""What shows on a target around an action of the machine's own is the machine's."""


def recent(value: object, started_at: datetime) -> bool:
    """Whether something that changed then may have caused an incident that started at `started_at`."""
    return moment(value) >= started_at - RECENT


def brought(value: object, subject: Subject) -> bool:
    """Whether somebody's change at that time brought the trouble: just before the onset, and not our own."""
    at = moment(value)
    near = subject.started_at - BEFORE <= at <= subject.started_at + AFTER
    return near and not ours(at, subject.touched)


def ours(at: datetime, touched: tuple[datetime, ...]) -> bool:
    """Whether what happened to a target then is what the machine did to it at one of these times."""
    return any(one - EARLIER <= at <= one + LATER for one in touched)


def moment(value: object) -> datetime:
    """An aware time, from a datetime, an ISO 8601 string or epoch seconds."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=UTC)
