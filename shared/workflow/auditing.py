"""The audit of one incident at a time: log, copies and anchors are read, and judged by their MACs."""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.audit import GRACE, findings
from shared.domain.audit_case import Case
from shared.domain.audit_finding import Finding
from shared.domain.audit_reading import Judge
from shared.domain.audit_records import Item, Records
from shared.domain.errors import IncidentNotFound
from shared.domain.events import Head
from shared.ports.anchors import Anchors
from shared.ports.archive import Archive
from shared.ports.authority import Verifier
from shared.ports.clock import Clock
from shared.ports.raw_log import RawLog

READS = 10


@dataclass(frozen=True)
class Auditing:
    """Reads only."""

    log: RawLog
    archive: Archive
    anchors: Anchors
    verifier: Verifier
    clock: Clock
    grace: timedelta = GRACE

    def case(self, incident_id: str) -> Case:
        """Everything that is kept about an incident.

        Raises:
            IncidentNotFound: nothing is.
            PortError: something could not be read.
        """
        anchors = self.anchors.anchors(incident_id)  # before the log: what is archived later is no fault
        copies = self.archive.copies(incident_id)
        head, items = self._log(incident_id)
        records = Records(incident_id=incident_id, items=items, head=head, copies=copies, anchors=anchors)
        if not (records.items or records.copies or records.anchors or records.head):
            raise IncidentNotFound(f"there is no incident {incident_id} in this stage")
        return Case(records, Judge(incident_id, self.verifier.verify), self.clock.now() - self.grace)

    def verify(self, incident_id: str) -> tuple[Finding, ...]:
        """What is wrong with an incident's log.

        Raises:
            IncidentNotFound: there is none.
            PortError: something could not be read.
        """
        return findings(self.case(incident_id))

    def _log(self, incident_id: str) -> tuple[Head | None, tuple[Item, ...]]:
        """Head and items of one moment: read again while somebody appends in between."""
        head = self.log.head(incident_id)
        for _ in range(READS):
            before, items = head, self.log.items(incident_id)
            head = self.log.head(incident_id)
            if head == before:
                break
        return head, items
