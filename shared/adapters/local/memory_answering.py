"""Answers that are only remembered, in this process."""

from datetime import datetime

from shared.domain.answer import Outcome
from shared.domain.clearance import Caller
from shared.domain.severity import Severity
from shared.ports.answering import Said


class MemoryAnswering:
    """Every answer comes to the same outcome."""

    def __init__(self, outcome: Outcome = Outcome.DONE) -> None:
        self.outcome = outcome
        self.heard: list[tuple[str, ...]] = []

    def approve(self, who: Caller, incident_id: str, request: str, digest: str) -> Said:
        """Remember a yes."""
        return self._hear("approve", who, incident_id, request, digest)

    def deny(self, who: Caller, incident_id: str, request: str, digest: str, reason: str) -> Said:
        """Remember a no."""
        return self._hear("deny", who, incident_id, request, digest, reason)

    def take_over(self, who: Caller, incident_id: str, reason: str) -> Said:
        """Remember who has it."""
        return self._hear("take_over", who, incident_id, reason)

    def acknowledge(self, who: Caller, incident_id: str) -> Said:
        """Remember who has seen it."""
        return self._hear("acknowledge", who, incident_id)

    def grade(self, who: Caller, incident_id: str, severity: Severity, reason: str) -> Said:
        """Remember how grave it is."""
        return self._hear("grade", who, incident_id, severity.value, reason)

    def hand_on(self, who: Caller, incident_id: str, to: str, reason: str) -> Said:
        """Remember who is to have it."""
        return self._hear("hand_on", who, incident_id, to, reason)

    def note(self, who: Caller, incident_id: str, text: str) -> Said:
        """Remember a note."""
        return self._hear("note", who, incident_id, text)

    def resolve(
        self, who: Caller, incident_id: str, did: str, runbook: str, cause: str, over_at: datetime | None
    ) -> Said:
        """Remember an end."""
        since = over_at.isoformat() if over_at else ""
        return self._hear("resolve", who, incident_id, did, runbook, cause, since)

    def reopen(self, who: Caller, incident_id: str, reason: str) -> Said:
        """Remember that it is back."""
        return self._hear("reopen", who, incident_id, reason)

    def _hear(self, what: str, who: Caller, *words: str) -> Said:
        self.heard.append((what, who.id, *words))
        return Said(outcome=self.outcome, text=f"{what.replace('_', ' ')}: {self.outcome.replace('_', ' ')}")
