"""What changed recently enough to have caused an incident."""

from datetime import UTC, datetime, timedelta

RECENT = timedelta(minutes=30)
"""A change this long before the incident's start, or later, may have caused it."""


def recent(value: object, started_at: datetime) -> bool:
    """Whether something that changed then may have caused an incident that started at `started_at`."""
    return moment(value) >= started_at - RECENT


def moment(value: object) -> datetime:
    """An aware time, from a datetime, an ISO 8601 string or epoch seconds."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=UTC)
