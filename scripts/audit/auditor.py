"""The auditor of a stage: reads log and archive as the caller, and repairs as the operator."""

import json
from dataclasses import dataclass, field
from datetime import timedelta

from scripts.audit.bundle import inputs_of
from scripts.commander.reached import Reached
from scripts.operator_log import OperatorLog
from shared.adapters.aws.dynamodb_event_store import MOST
from shared.adapters.aws.dynamodb_raw_log import DynamodbRawLog
from shared.adapters.aws.kms_authority import KmsVerifier
from shared.adapters.aws.s3_anchors import S3Anchors
from shared.adapters.aws.s3_archive import S3Archive
from shared.adapters.aws.s3_recordings import S3Recordings
from shared.adapters.local.system_clock import SystemClock
from shared.domain.audit import GRACE, findings
from shared.domain.audit_case import Case
from shared.domain.audit_finding import Finding
from shared.domain.errors import CommandRefused, InvalidConfiguration
from shared.domain.events import Event, head_of
from shared.domain.facts import Author
from shared.domain.repair import repairs
from shared.workflow.auditing import Auditing

CLOCK = SystemClock()


@dataclass
class Auditor:
    """One stage's audit."""

    reached: Reached
    grace: timedelta = GRACE
    keys: dict[Author, str] = field(init=False)

    def __post_init__(self) -> None:
        outputs = self.reached.outputs
        if "AuditKeys" not in outputs or "ArchiveBucket" not in outputs:
            raise InvalidConfiguration("this stage has no archive yet: deploy the stacks again")
        self.keys = {Author(name): key for name, key in json.loads(outputs["AuditKeys"]).items()}
        s3 = self.reached.client("s3")
        self._archive = S3Archive(s3, outputs["ArchiveBucket"])
        self._table = DynamodbRawLog(self.reached.client("dynamodb"), outputs["EventsTable"])
        self._verifier = KmsVerifier(self.reached.client("kms"), self.keys)
        anchors = S3Anchors(s3, outputs["ArchiveBucket"])
        self._auditing = Auditing(self._table, self._archive, anchors, self._verifier, CLOCK, self.grace)

    def incident_ids(self) -> tuple[str, ...]:
        """Every incident that the log or the archive knows."""
        return tuple(sorted({*self._table.incident_ids(), *self._archive.incident_ids()}))

    def case(self, incident_id: str) -> Case:
        """Everything that is kept about an incident.

        Raises:
            IncidentNotFound: nothing is.
        """
        return self._auditing.case(incident_id)

    def inputs(self, case: Case) -> dict[str, bytes]:
        """What agents saw, by the digests that the log names; without those that are not there."""
        kept = S3Recordings(self.reached.client("s3"), self.reached.outputs["ArchiveBucket"])
        named = inputs_of(item.body for item in case.records.items)
        found = {digest: kept.read(case.records.incident_id, digest) for digest in named}
        return {digest: body for digest, body in found.items() if body is not None}

    def verify(self, incident_id: str) -> tuple[Finding, ...]:
        """What is wrong with an incident's log."""
        return findings(self.case(incident_id))

    def repair(self, incident_id: str) -> tuple[Event, ...]:
        """Append the originals of what was changed.

        Raises:
            CommandRefused: a human must decide.
        """
        case = self.case(incident_id)
        facts = repairs(case)
        if not facts:
            return ()
        head = case.records.head
        if head is None:
            raise CommandRefused(f"{incident_id} has no head. A human must decide.")
        store = OperatorLog(self.reached).store()
        made: list[Event] = []
        for first in range(0, len(facts), MOST):
            made += store.append(incident_id, head, facts[first : first + MOST])
            head = head_of(made)
        return tuple(made)
