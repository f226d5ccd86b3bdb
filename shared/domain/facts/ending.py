"""Handing over, telling, and ending."""

from shared.domain.consensus import DecisionKind
from shared.domain.facts.fact import ENGINE, WORKFLOW, Author, Fact
from shared.domain.model import Name
from shared.domain.proposal import Proposal


class EscalatedToHuman(Fact):
    """A person must decide; the best-supported remedy is a suggestion only."""

    authors = ENGINE
    reason: str
    suggestion: Proposal | None = None
    deadlock_resolved: bool = False


class AttemptAbandoned(Fact):
    """This attempt is over, and the next one begins with new findings."""

    authors = WORKFLOW
    attempt: int
    reason: str


class IncidentResolved(Fact):
    """The remedy held through the regression window."""

    authors = WORKFLOW
    business_usd: str
    incident_usd: str


class IncidentClosed(Fact):
    """Nothing more will be done by the machine."""

    authors = WORKFLOW
    outcome: Name
    decision: DecisionKind
    business_usd: str
    incident_usd: str


class NotificationSent(Fact):
    """People were told."""

    authors = frozenset({Author.COMMUNICATION})
    channel: Name
    about: Name
    version: int
    reference: str = ""
