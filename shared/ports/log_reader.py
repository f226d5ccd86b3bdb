"""The log as somebody reads it who writes nothing: whole, page by page, and how far each incident's goes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from shared.domain.events import Event

MOST_EVENTS, MOST_HEADS = 100, 100
"""Of one answer."""


class LogReader(Protocol):
    """Reads consistently."""

    def read(self, incident_id: str) -> Sequence[Event]:
        """Every event of the incident, in order; empty when there is none.

        Raises:
            PortError: it cannot be read, or holds what is no event.
        """
        ...

    def events(self, incident_id: str, after: int, limit: int) -> Sequence[Event]:
        """At most 100 events after a version.

        Raises:
            PortError: they cannot be read, or one is no event.
        """
        ...

    def heads(self, incident_ids: Sequence[str]) -> Mapping[str, int]:
        """The version at which the log of each of at most 100 incidents ends; without those that have none.

        Raises:
            PortError: they cannot be read.
        """
        ...

    def incident_ids(self) -> Iterator[str]:
        """Every incident that has a log: this reads the whole table.

        Raises:
            PortError: it cannot be read.
        """
        ...
