"""The dismissed alarms of the last days, from the logs of their days: what was left alone, and why."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from shared.domain.dismissals import day_of, log_of
from shared.domain.events import Event
from shared.domain.facts import AlarmDismissed
from shared.domain.service import ServiceCatalogue


def lately(
    read: Callable[[str], Sequence[Event]], services: ServiceCatalogue, now: datetime, days: int
) -> tuple[AlarmDismissed, ...]:
    """Those of today and of so many days before, newest first; a log an application and day is read.

    Raises:
        PortError: a log cannot be read.
    """
    logs = {
        log_of(one.application, one, now - timedelta(days=back)): None
        for one in services.services
        for back in range(days + 1)
    }
    found = [fact for log_id in logs for fact in day_of(log_id, read(log_id)).dismissed]
    return tuple(sorted(found, key=lambda one: one.signal.at, reverse=True))
