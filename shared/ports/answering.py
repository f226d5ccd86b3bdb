"""Where answers of people go: who says it is known, and a refusal is an answer too."""

from datetime import datetime
from typing import Protocol

from shared.domain.answer import Outcome
from shared.domain.clearance import Caller
from shared.domain.model import Model
from shared.domain.severity import Severity


class Said(Model):
    """The outcome, and a sentence for a tired person."""

    outcome: Outcome
    text: str


class Answering(Protocol):
    """Takes what an identified person says about an incident.

    Every method raises PortError when it is not known to be written.
    """

    def approve(self, who: Caller, incident_id: str, request: str, digest: str) -> Said:
        """Yes to exactly what was shown: the request and the digest of the proposal."""
        ...

    def deny(self, who: Caller, incident_id: str, request: str, digest: str, reason: str) -> Said:
        """No to it."""
        ...

    def take_over(self, who: Caller, incident_id: str, reason: str) -> Said:
        """The machine starts nothing more."""
        ...

    def acknowledge(self, who: Caller, incident_id: str) -> Said:
        """Somebody has seen it."""
        ...

    def grade(self, who: Caller, incident_id: str, severity: Severity, reason: str) -> Said:
        """How grave it is, with a reason that people are told."""
        ...

    def hand_on(self, who: Caller, incident_id: str, to: str, reason: str) -> Said:
        """Give it to a person or a team of the directory, by id."""
        ...

    def note(self, who: Caller, incident_id: str, text: str) -> Said:
        """What whoever has it next should know."""
        ...

    def resolve(
        self, who: Caller, incident_id: str, did: str, runbook: str, cause: str, over_at: datetime | None
    ) -> Said:
        """It is over: what was done, the runbook that does the same, the cause, and since when."""
        ...

    def reopen(self, who: Caller, incident_id: str, reason: str) -> Said:
        """It is not over."""
        ...
