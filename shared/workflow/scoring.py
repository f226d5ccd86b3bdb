"""The shadow scorecard of the newest incidents: by what the log says, without looking at metrics again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.analysis.scorecard import Permits, Row, cases, scorecard
from shared.domain.autonomy import configured, effective
from shared.domain.errors import IncidentNotFound
from shared.domain.events import rejections
from shared.domain.folding import fold
from shared.domain.incident import Incident
from shared.domain.policy import PolicyRequest, PolicyRules
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.controls import Controls
from shared.ports.log_reader import LogReader
from shared.ports.views import MOST_ROWS, Views
from shared.runbooks.catalogue import remedies

KEPT = timedelta(minutes=1)
Found = tuple[Sequence[Row], int, bool]


def nothing(_asked: PolicyRequest) -> bool:
    """Who cannot ask policy scores only what was done."""
    return False


@dataclass
class Scoring:
    """`commander shadow report` looks at every incident, and at what only metrics and ledger show."""

    views: Views
    log: LogReader
    controls: Controls
    catalogue: CatalogueSource
    rules: PolicyRules
    permits: Permits | None
    clock: Clock
    _known: tuple[datetime, Found] | None = field(default=None, init=False)

    def __call__(self) -> Found:
        """Rows, of how many incidents, and whether nothing is left out; at most a minute old.

        Raises:
            PortError: something cannot be read.
        """
        now = self.clock.now()
        if self._known is None or not timedelta() <= now - self._known[0] < KEPT:
            self._known = (now, self._scored())
        return self._known[1]

    def _scored(self) -> Found:
        listed = self.views.rows(None, None, MOST_ROWS)
        states = [state for one in listed if (state := self._state(one.incident_id)) is not None]
        levels, services, rules = self.controls.levels(), self.catalogue.services(), self.rules
        found = (
            case
            for state in states
            for case in cases(state, state.people, self.permits or nothing, services, remedies())
        )
        rows = scorecard(
            found,
            rules.promotion,
            levels,
            lambda runbook, tier: effective(
                configured(rules.autonomy, rules.autonomy_by, runbook, tier), levels, runbook, tier
            ),
        )
        return rows, len(states), self.permits is not None and len(listed) < MOST_ROWS

    def _state(self, incident_id: str) -> Incident | None:
        """Without the events that the coordinator has named: who only reads has no keys to check them."""
        events = self.log.read(incident_id)
        try:
            return fold(events, {one.event_id for one in rejections(events)})
        except IncidentNotFound:
            return None
