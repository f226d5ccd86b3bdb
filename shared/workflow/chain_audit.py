"""An audit of what the log says of itself: order, hashes, links and head; keys and copies are not asked."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from shared.domain.errors import IncidentNotFound
from shared.domain.events import GENESIS, Event
from shared.domain.plain_text import sanitised
from shared.ports.auditing import Audited
from shared.ports.log_reader import LogReader

MOST_FINDINGS = 50


class ChainAudit:
    """For who may read the log and no more; `commander audit verify` checks MACs, copies and anchors too."""

    def __init__(self, log: LogReader) -> None:
        self._log = log

    def audit(self, incident_id: str) -> Audited:
        """Whether the chain holds.

        Raises:
            IncidentNotFound: it has no log.
            PortError: it cannot be read.
        """
        events = self._log.read(incident_id)
        if not events:
            raise IncidentNotFound(f"there is no incident {sanitised(incident_id, 64)}")
        found = [*_links(events)]
        head = self._log.heads([incident_id]).get(incident_id, 0)
        if head != events[-1].version:
            found.append(f"the head says version {head}, the log ends at {events[-1].version}")
        return Audited("chain", tuple(found[:MOST_FINDINGS]), events[-1].version)


def _links(events: Sequence[Event]) -> Iterator[str]:
    if (events[0].version, events[0].previous_hash) != (1, GENESIS):
        yield f"version {events[0].version}: the log does not begin at its beginning"
    for event in events:
        if _hash_of(event) != event.hash:
            yield f"version {event.version}: its hash does not match its content"
    for before, after in pairwise(events):
        if after.version != before.version + 1:
            yield f"version {before.version + 1} is gone"
        elif after.previous_hash != before.hash:
            yield f"version {after.version} does not follow on version {before.version}"


def _hash_of(event: Event) -> str:
    try:
        return event.computed_hash()
    except ValueError:
        return "a number that is none"
