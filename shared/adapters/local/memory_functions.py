"""Functions in this process."""

from collections.abc import Mapping
from datetime import datetime

from shared.ports.functions import Activity, Feed


class MemoryFunctions:
    """`ran` and `failed` are moments by function name."""

    def __init__(self, *feeds: Feed) -> None:
        self.all = list(feeds)
        self.ran: dict[str, list[datetime]] = {}
        self.failed: dict[str, list[datetime]] = {}

    def feeds(self) -> tuple[Feed, ...]:
        """The mappings of all functions."""
        return tuple(sorted(self.all, key=lambda feed: (feed.function, feed.stream)))

    def activity(self, names: tuple[str, ...], since: datetime, now: datetime) -> Mapping[str, Activity]:
        """What these functions did since then."""
        found = {}
        for name in names:
            ran = [at for at in self.ran.get(name, []) if since <= at <= now]
            failed = [at for at in self.failed.get(name, []) if since <= at <= now]
            found[name] = Activity(len(ran), len(failed), max(ran, default=None))
        return found
