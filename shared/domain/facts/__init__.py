"""Facts: the payload of every event type. A type is known once its file is imported here."""

from shared.domain.facts.action import (
    ActionAuthorised,
    ActionCompleted,
    ActionFailed,
    ActionStarted,
    ActionWithheld,
    RegressionDetected,
    RemedyVerified,
    RolledBack,
)
from shared.domain.facts.deliberation import (
    AgentQuarantined,
    BallotCast,
    BallotsTallied,
    ConsensusReached,
    FindingsSubmitted,
    IncidentDetected,
    InvestigationStarted,
    SignalCorrelated,
    VoteClosed,
    VoteOpened,
)
from shared.domain.facts.ending import EscalatedToHuman, IncidentClosed, IncidentResolved, NotificationSent
from shared.domain.facts.fact import Author, Fact
from shared.domain.facts.trust import AuthorRejected, LogRepaired

__all__ = [
    "ActionAuthorised",
    "ActionCompleted",
    "ActionFailed",
    "ActionStarted",
    "ActionWithheld",
    "AgentQuarantined",
    "Author",
    "AuthorRejected",
    "BallotCast",
    "BallotsTallied",
    "ConsensusReached",
    "EscalatedToHuman",
    "Fact",
    "FindingsSubmitted",
    "IncidentClosed",
    "IncidentDetected",
    "IncidentResolved",
    "InvestigationStarted",
    "LogRepaired",
    "NotificationSent",
    "RegressionDetected",
    "RemedyVerified",
    "RolledBack",
    "SignalCorrelated",
    "VoteClosed",
    "VoteOpened",
]
