"""What is said by the dashboard, handed to the one place that decides whether it counts."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.clearance import Caller
from shared.domain.identity import Identity, Where
from shared.domain.severity import Severity
from shared.ports.answering import Said
from shared.workflow import said as workflow_said
from shared.workflow.answers import Answers
from shared.workflow.ownership import Resolution

MOST_NAME = 256


@dataclass(frozen=True)
class Speaking:
    """The port of the dashboard's writing routes over `Answers`; nothing is decided here."""

    answers: Answers

    def approve(self, who: Caller, incident_id: str, request: str, digest: str) -> Said:
        """Yes to exactly what was shown.

        Raises:
            PortError: nothing is known to be written.
        """
        return _told(self.answers.approve(_identity(who), incident_id, request, digest))

    def deny(self, who: Caller, incident_id: str, request: str, digest: str, reason: str) -> Said:
        """No to it.

        Raises:
            PortError: nothing is known to be written.
        """
        return _told(self.answers.deny(_identity(who), incident_id, request, digest, reason))

    def take_over(self, who: Caller, incident_id: str, reason: str) -> Said:
        """The machine starts nothing more.

        Raises:
            PortError: nothing is known to be written.
        """
        return _told(self.answers.take_over(_identity(who), incident_id, reason))

    def acknowledge(self, who: Caller, incident_id: str) -> Said:
        """Somebody has seen it.

        Raises:
            PortError: nothing is known to be written.
        """
        return _told(self.answers.acknowledge(_identity(who), incident_id))

    def grade(self, who: Caller, incident_id: str, severity: Severity, reason: str) -> Said:
        """How grave it is.

        Raises:
            PortError: nothing is known to be written.
        """
        return _told(self.answers.grade(_identity(who), incident_id, severity, reason))

    def hand_on(self, who: Caller, incident_id: str, to: str, reason: str) -> Said:
        """Somebody else, or a team, has it.

        Raises:
            PortError: nothing is known to be written.
        """
        return _told(self.answers.hand_on(_identity(who), incident_id, to, reason))

    def note(self, who: Caller, incident_id: str, text: str) -> Said:
        """What whoever has it next should know.

        Raises:
            PortError: nothing is known to be written.
        """
        return _told(self.answers.note(_identity(who), incident_id, text))

    def resolve(
        self, who: Caller, incident_id: str, did: str, runbook: str, cause: str, over_at: datetime | None
    ) -> Said:
        """It is over, and this was done.

        Raises:
            PortError: nothing is known to be written.
        """
        given = Resolution(did, runbook, cause, over_at)
        return _told(self.answers.resolve(_identity(who), incident_id, given))

    def reopen(self, who: Caller, incident_id: str, reason: str) -> Said:
        """It is not over.

        Raises:
            PortError: nothing is known to be written.
        """
        return _told(self.answers.reopen(_identity(who), incident_id, reason))


def _identity(who: Caller) -> Identity:
    return Identity(where=Where(who.where), id=who.id, name=who.name[:MOST_NAME])


def _told(said: workflow_said.Said) -> Said:
    return Said(outcome=said.outcome, text=said.text)
