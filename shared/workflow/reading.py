"""What the dashboard is answered: from the read model, and where that is not enough from the log."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import ValidationError

from shared.domain.errors import IncidentNotFound, NotProjected
from shared.domain.events import Event
from shared.domain.incident import Status
from shared.domain.plain_text import sanitised
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.log_reader import MOST_EVENTS, LogReader
from shared.ports.views import MOST_ROWS, Listed, Views, stamp
from shared.views import cursors
from shared.views.answers import Changes, EventList, IncidentAnswer, IncidentList, IncidentRow, RawEvent
from shared.views.cursors import ChangeCursor, EventCursor, ListCursor, Seen
from shared.views.documents import Page, Row
from shared.views.dressing import dressed, graph, running
from shared.views.house_answers import Dismissed, dismissed_alarm
from shared.views.keeping import page_of, row_of
from shared.workflow.dismissed import lately
from shared.workflow.lag import Lag

OVERLAP = timedelta(seconds=5)
"""Projectors' clocks differ, and an index comes later: what is younger is looked at again."""
ENDS = frozenset({Status.RESOLVED, Status.OBSERVED, Status.CLOSED})
CHANGES = cursors.question("changes")
SETTLED = timedelta(seconds=15)
"""After so long without a change the cursor forgets what it has seen, and the next answers are empty."""


@dataclass
class Reading:
    """Bounded reads only."""

    views: Views
    log: LogReader
    catalogue: CatalogueSource
    clock: Clock
    lag: Lag = field(init=False)

    def __post_init__(self) -> None:
        self.lag = Lag(self.log, self.views, self.clock)

    def incidents(self, status: Status | None, limit: int, cursor: str | None) -> IncidentList:
        """A page of the list, newest first; incidents that come meanwhile do not move it.

        Raises:
            InvalidQuery: the cursor is none, or of another question.
            PortError: the read model cannot be read.
        """
        wanted = status.value if status else None
        asked = cursors.question("incidents", wanted)
        after = cursors.read(ListCursor, cursor, asked).after if cursor else None
        limit = min(limit, MOST_ROWS)
        found = self.views.rows(wanted, after, limit)
        more = len(found) == limit and self.views.rows(wanted, found[-1].place, 1)
        return IncidentList(
            incidents=self._rows(found),
            status=status,
            next_cursor=ListCursor(question=asked, after=found[-1].place).text() if more else None,
            behind_seconds=self.lag.seconds(),
        )

    def dismissed(self, days: int) -> Dismissed:
        """The alarms of the last days that nobody felt.

        Raises:
            PortError: the catalogue or a log cannot be read.
        """
        found = lately(self.log.read, self.catalogue.services(), self.clock.now(), days)
        alarms = tuple(dismissed_alarm(one) for one in found[:MOST_ROWS])
        return Dismissed(days=days, count=len(found), alarms=alarms)

    def open_incidents(self, limit: int, cursor: str | None) -> IncidentList:
        """A page of those that are not over, newest first: none is missed, however many are over.

        Raises:
            InvalidQuery, PortError: as `incidents`.
        """
        asked = cursors.question("incidents", "open")
        after = cursors.read(ListCursor, cursor, asked).after if cursor else None
        limit = min(limit, MOST_ROWS)
        open_ones = (one for one in Status if one not in ENDS)
        found = [row for status in open_ones for row in self.views.rows(status.value, after, limit)]
        shown = sorted(found, key=lambda row: row.place, reverse=True)[:limit]
        more = len(shown) == limit
        return IncidentList(
            incidents=self._rows(shown),
            status=None,
            next_cursor=ListCursor(question=asked, after=shown[-1].place).text() if more else None,
            behind_seconds=self.lag.seconds(),
        )

    def incident(self, incident_id: str, may: Sequence[str]) -> IncidentAnswer:
        """One incident.

        Raises:
            IncidentNotFound: neither the read model nor the log has it.
            NotProjected: only the log has it.
            PortError: it cannot be read.
        """
        page, behind = self.page(incident_id)
        services = self.catalogue.services()
        return IncidentAnswer(
            incident=page,
            graph=graph(page, services),
            running=running(page.row, services, self.clock.now()),
            may=tuple(may),
            behind_seconds=behind,
        )

    def page(self, incident_id: str) -> tuple[Page, int | None]:
        """The page that is kept, and how many seconds it is behind this incident's own log.

        Raises:
            IncidentNotFound: neither the read model nor the log has it.
            NotProjected: only the log has it, or another version of this code has written the page.
            PortError: it cannot be read.
        """
        view, head = self.views.page(incident_id), self.log.heads([incident_id]).get(incident_id, 0)
        if view is None and not head:
            raise IncidentNotFound(f"there is no incident {sanitised(incident_id, 64)}")
        if view is None:
            raise NotProjected(f"{incident_id} is in the log and not in the read model yet: ask again")
        try:
            page = page_of(view)
        except ValidationError as error:
            raise NotProjected("another version wrote this page: `commander views rebuild`") from error
        if head <= view.version:
            return page, self.lag.seconds()
        missing = self.lag.first_missing(incident_id, view.version) or self.clock.now()
        return page, max(0, int((self.clock.now() - missing).total_seconds()))

    def events(self, incident_id: str, limit: int, cursor: str | None) -> EventList:
        """A page of the log itself, oldest first.

        Raises:
            IncidentNotFound: there is none.
            InvalidQuery: the cursor is none, or of another incident.
            PortError: the log cannot be read.
        """
        asked = cursors.question("events", incident_id)
        after = cursors.read(EventCursor, cursor, asked).after if cursor else 0
        limit = min(limit, MOST_EVENTS)
        found = self.log.events(incident_id, after, limit)
        if not found and not after:
            raise IncidentNotFound(f"there is no incident {sanitised(incident_id, 64)}")
        more = len(found) == limit
        return EventList(
            incident_id=incident_id,
            events=tuple(_raw(one) for one in found),
            next_cursor=EventCursor(question=asked, after=found[-1].version).text() if more else None,
            behind_seconds=0,
        )

    def changes(self, cursor: str | None, limit: int) -> Changes:
        """What changed since the cursor; without one nothing, and where to begin.

        Raises:
            InvalidQuery: the cursor is none that was given out here.
            PortError: the read model cannot be read.
        """
        now = self.clock.now()
        if not cursor:
            begin = ChangeCursor(question=CHANGES, floor=stamp(now - OVERLAP))
            return Changes(changes=(), cursor=begin.text(), more=False, behind_seconds=self.lag.seconds())
        known = cursors.read(ChangeCursor, cursor, CHANGES)
        limit = min(limit, MOST_ROWS)
        # What was seen after the floor comes again, so it must not fill the answer.
        found = self.views.written(known.floor, limit + len(known.seen))
        fresh = [one for one in found if not known.knows(one.incident_id, one.version)][:limit]
        more = len(found) == limit + len(known.seen)
        settled = known.seen and known.floor < stamp(now - SETTLED)
        if fresh or settled:  # else the cursor stays, and with it the answer's ETag
            seen = [Seen(id=one.incident_id, version=one.version, written=one.written) for one in fresh]
            # With more to come only what was written since is known, which the rows themselves say.
            known = known.followed(seen, "" if more else stamp(now - OVERLAP))
        return Changes(
            changes=self._rows(fresh), cursor=known.text(), more=more, behind_seconds=self.lag.seconds()
        )

    def _rows(self, found: Sequence[Listed]) -> tuple[IncidentRow, ...]:
        """Dressed; a row of another version of this code is left out until it is rebuilt."""
        services, now = self.catalogue.services(), self.clock.now()
        return tuple(dressed(row, services, now) for one in found if (row := _readable(one)) is not None)


def _raw(event: Event) -> RawEvent:
    return RawEvent(
        version=event.version,
        event_id=event.event_id,
        type=event.type,
        at=event.occurred_at,
        by=event.recorded_by,
        hash=event.hash,
        previous_hash=event.previous_hash,
        mac=event.author_mac,
        data=event.data,
    )


def _readable(one: Listed) -> Row | None:
    try:
        return row_of(one.row)
    except ValidationError:
        return None
