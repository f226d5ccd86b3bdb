"""Where answers of people go: who says it is known, and a refusal is an answer too."""

from enum import StrEnum
from typing import Protocol

from shared.domain.clearance import Caller
from shared.domain.model import Model


class Outcome(StrEnum):
    """What came of it."""

    DONE = "done"
    ALREADY = "already"
    TOO_LATE = "too_late"
    SUPERSEDED = "superseded"
    NOT_YOURS = "not_yours"
    UNKNOWN = "unknown"


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
