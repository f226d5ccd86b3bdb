"""The projector: keeps the read model as the log is. A hint only says where to look; the log says what."""

from collections.abc import Iterable

from shared.domain.dismissals import is_day
from shared.domain.errors import IncidentNotFound
from shared.domain.repair import repaired
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust
from shared.ports.log_reader import MOST_HEADS, LogReader
from shared.ports.open_incidents import OpenIncidents
from shared.ports.views import Views
from shared.views.keeping import kept


class Projecting:
    """Idempotent, in any order: what is older never replaces what is newer."""

    def __init__(
        self,
        log: LogReader,
        distrust: Distrust,
        views: Views,
        clock: Clock,
        catalogue: CatalogueSource,
        open_incidents: OpenIncidents,
    ) -> None:
        self._log, self._distrust, self._views, self._clock = log, distrust, views, clock
        self._catalogue, self._open = catalogue, open_incidents

    def project(self, incident_id: str) -> bool:
        """Keep what the incident's log says now; False when that is kept already.

        Raises:
            IncidentNotFound: it has no log, or one that opens no incident: it can never be projected.
            PortError: the log cannot be read, or the view not be kept.
        """
        if is_day(incident_id):
            return False  # no incident: what was dismissed is read from its day's log
        events = repaired(tuple(self._log.read(incident_id)), self._distrust)
        if not events:
            raise IncidentNotFound(f"no incident {incident_id}")
        return self._views.keep(kept(events, self._distrust(events)))

    def sweep(self) -> int:
        """Project what a lost hint left behind: of every open incident, and of those that changed last.

        Then mark the time. Says how many were behind.

        Raises:
            PortError: something cannot be read or kept; no mark is made.
        """
        now = self._clock.now()
        behind = [*self.behind()]
        for incident_id in behind:
            try:
                self.project(incident_id)
            except IncidentNotFound:
                continue  # its hint was a dead letter already, and a sweep must not stop at it every minute
        self._views.mark(now)
        return len(behind)

    def behind(self) -> Iterable[str]:
        """Incidents of which the log knows more than the read model."""
        applications = sorted({one.application for one in self._catalogue.services().services})
        shown = {one.incident_id: one.version for one in self._views.newest(MOST_HEADS)}
        opened = [one for one in self._open.held(applications) if one not in shown]
        for first in range(0, len(opened), MOST_HEADS):
            known = {one: self._views.page(one) for one in opened[first : first + MOST_HEADS]}
            shown |= {one: view.version if view else 0 for one, view in known.items()}
        ids = list(shown)
        for first in range(0, len(ids), MOST_HEADS):
            heads = self._log.heads(ids[first : first + MOST_HEADS])
            yield from (one for one, version in heads.items() if version > shown[one])

    def rebuild(self) -> Iterable[tuple[str, str]]:
        """Wipe the read model and project every log; yields each id with what is wrong with it, or "".

        Raises:
            PortError: something cannot be read or kept; run it again.
        """
        now = self._clock.now()
        self._views.wipe()
        for incident_id in self._log.incident_ids():
            try:
                self.project(incident_id)
            except IncidentNotFound as error:
                yield incident_id, str(error)
            else:
                yield incident_id, ""
        self._views.mark(now)
