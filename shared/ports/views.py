"""Where the read model is kept: what people look at, an item an incident, and lists of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

MOST_ROWS = 100
"""Rows of one answer."""
EVERY = "EVERY"
INDEXES = {"ByPlace": ("every", "place"), "ByStatus": ("status", "place"), "ByWritten": ("every", "written")}
"""Index -> partition and sort key; every row stands in three lists."""
IN_INDEXES = {
    "ByPlace": ("row", "version", "written"),
    "ByStatus": ("row", "version", "written"),
    "ByWritten": ("row", "version", "place"),
}
"""What an index holds beside its keys, so that no list reads pages."""


@dataclass(frozen=True)
class View:
    """What is kept of one incident. `row` and `page` are JSON that only who wrote them reads."""

    incident_id: str
    version: int  # of the log that it shows
    status: str
    detected_at: datetime  # UTC
    row: str
    page: str

    @property
    def place(self) -> str:
        """Where it stands in lists: by time, then by id; it never changes."""
        return f"{stamp(self.detected_at)}#{self.incident_id}"


@dataclass(frozen=True)
class Listed:
    """A row, where it stands in lists, and where among what was written."""

    incident_id: str
    version: int
    place: str
    row: str
    written: str  # when, and then which: later ones are greater, and no two are equal


def stamp(at: datetime) -> str:
    """A time as text that sorts as times do, in microseconds."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


class Views(Protocol):
    """Writes conditionally: what is older never replaces what is newer."""

    def keep(self, view: View) -> bool:
        """Keep it, and note the time; False, and nothing changes, when as new a one is kept already.

        Raises:
            PortError: nothing is known to be written.
        """
        ...

    def page(self, incident_id: str) -> View | None:
        """What is kept of an incident, read consistently.

        Raises:
            PortError: it cannot be read.
        """
        ...

    def rows(self, status: str | None, after: str | None, limit: int) -> Sequence[Listed]:
        """Rows, newest first by when they were detected, of one status or of all.

        Args:
            after: the place of the last row that is known; rows after it follow, whatever came before.
            limit: at most 100.

        Raises:
            PortError: they cannot be read.
        """
        ...

    def written(self, after: str, limit: int) -> Sequence[Listed]:
        """Rows that were written after that (a row's `written`, or the stamp of a time), oldest first.

        Raises:
            PortError: they cannot be read.
        """
        ...

    def newest(self, limit: int) -> Sequence[Listed]:
        """The rows that were written last, newest first.

        Raises:
            PortError: they cannot be read.
        """
        ...

    def mark(self, at: datetime) -> None:
        """Note that at this time nothing was known to be missing.

        Raises:
            PortError: nothing is known to be written.
        """
        ...

    def marked(self) -> datetime | None:
        """The last mark; None when nobody keeps the read model, or it was wiped.

        Raises:
            PortError: it cannot be read.
        """
        ...

    def wipe(self) -> int:
        """Forget everything; says how many incidents were kept.

        Raises:
            PortError: some may be left.
        """
        ...
