"""Facts: the payload of every event type, in the past tense, and who may write it."""

from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field, JsonValue

from shared.domain.ballot import SignedBallot
from shared.domain.certificate import Certificate, Rejection
from shared.domain.consensus import RULES, DecisionKind, Rules, Tally
from shared.domain.evidence import Evidence, Findings
from shared.domain.model import AgentName, Model, Name, Thousandths, Utc
from shared.domain.proposal import Proposal
from shared.domain.service import Tier
from shared.domain.signal import Signal


class Author(StrEnum):
    """Who may write events; each has a MAC key of its own."""

    DETECTION = "detection"
    DIAGNOSIS = "diagnosis"
    PREDICTION = "prediction"
    RESOLUTION = "resolution"
    COMMUNICATION = "communication"
    COORDINATOR = "coordinator"
    WORKFLOW = "workflow"
    EXECUTOR = "executor"
    ANCHOR = "anchor"  # MACs heads, and writes no events
    OPERATOR = "operator"  # a person, through the command line


class Fact(Model):
    """The payload of one event type; the class name is the type."""

    authors: ClassVar[frozenset[Author]]
    types: ClassVar[dict[str, "type[Fact]"]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        Fact.types[cls.__name__] = cls


_WORKFLOW = frozenset({Author.WORKFLOW})
_EXECUTOR = frozenset({Author.EXECUTOR})


class IncidentDetected(Fact):
    """An incident was opened from a signal and what could be felt of it."""

    authors = frozenset({Author.DETECTION})
    signal: Signal
    service: Name
    application: Name
    services: tuple[str, ...]
    tier: Tier
    classification: Name
    severity: Name
    confidence: Thousandths
    summary: str
    started_at: Utc
    symptoms: tuple[Evidence, ...]


class SignalCorrelated(Fact):
    """A further signal belongs to this incident."""

    authors = frozenset({Author.DETECTION})
    signal: Signal


class InvestigationStarted(Fact):
    """The state machine asked every agent for findings."""

    authors = _WORKFLOW
    attempt: int
    execution: Name


class FindingsSubmitted(Fact):
    """An agent answered with what it found."""

    authors = frozenset({Author.DETECTION, Author.DIAGNOSIS, Author.PREDICTION, Author.RESOLUTION})
    attempt: int
    findings: Findings


class VoteOpened(Fact):
    """Candidates are frozen and ballots are asked for."""

    authors = _WORKFLOW
    attempt: int
    round: int
    execution: Name
    candidates: tuple[Proposal, ...]
    safe: tuple[str, ...]
    expires_at: Utc
    rules: Rules = Field(default=RULES, description="what a winner needs, for whoever reads along")
    quarantined: tuple[AgentName, ...] = ()
    struck: tuple[Rejection, ...] = Field(
        default=(), description="proposals outside the catalogue, agents with other code"
    )


class BallotCast(Fact):
    """An agent voted; `evidence` are the facts it refers to that were not in the log before."""

    authors = frozenset({Author.DETECTION, Author.DIAGNOSIS, Author.PREDICTION, Author.RESOLUTION})
    signed: SignedBallot
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=20)


class VoteClosed(Fact):
    """The round is over: a ballot that is heard later is late for everybody, whoever counts."""

    authors = frozenset({Author.WORKFLOW, Author.COORDINATOR})
    attempt: int
    round: int


class BallotsTallied(Fact):
    """The round was counted; the coordinator counts it when the engine has failed."""

    authors = frozenset({Author.WORKFLOW, Author.COORDINATOR})
    attempt: int
    round: int
    tally: Tally
    rules: Rules = Field(default=RULES, description="by which it was counted; a count is proven by one's own")
    rejected: tuple[Rejection, ...] = ()


class ConsensusReached(Fact):
    """The vote has a winner, and this proves it; the coordinator says so when the engine has failed."""

    authors = frozenset({Author.WORKFLOW, Author.COORDINATOR})
    certificate: Certificate
    aggregated_confidence: Thousandths


class EscalatedToHuman(Fact):
    """A person must decide; the best-supported remedy is a suggestion only."""

    authors = frozenset({Author.WORKFLOW, Author.COORDINATOR})
    reason: str
    suggestion: Proposal | None = None
    deadlock_resolved: bool = False


class ActionAuthorised(Fact):
    """Policy permits the action."""

    authors = _WORKFLOW
    proposal: Proposal
    autonomy: str
    reasons: tuple[str, ...]


class ActionWithheld(Fact):
    """Policy does not permit the action; at L0 and L1 this is the rule, not an error."""

    authors = _WORKFLOW
    proposal: Proposal
    autonomy: str
    reasons: tuple[str, ...]


class ActionStarted(Fact):
    """The automation is about to start, exactly once, with credentials for this target only."""

    authors = _EXECUTOR
    proposal: Proposal
    token: Name
    before: dict[str, JsonValue]
    undo: bool = False


class ActionCompleted(Fact):
    """The automation ended well; whether it helped is another question."""

    authors = _EXECUTOR
    automation_id: str
    after: dict[str, JsonValue]
    undo: bool = False


class ActionFailed(Fact):
    """The automation was refused, failed or never ended."""

    authors = _EXECUTOR
    reason: str
    undo: bool = False


class RemedyVerified(Fact):
    """The metrics that defined the incident are well again."""

    authors = _EXECUTOR
    statement: str
    data: dict[str, JsonValue] = Field(default_factory=dict)


class RegressionDetected(Fact):
    """The metrics did not recover, or became worse, after the action."""

    authors = _EXECUTOR
    statement: str
    data: dict[str, JsonValue] = Field(default_factory=dict)


class RolledBack(Fact):
    """The action was undone, and the target compared with how it was before."""

    authors = _EXECUTOR
    restored: bool
    differences: tuple[str, ...] = ()


class IncidentResolved(Fact):
    """The remedy held through the regression window."""

    authors = _WORKFLOW
    business_usd: str
    incident_usd: str


class IncidentClosed(Fact):
    """Nothing more will be done by the machine."""

    authors = _WORKFLOW
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


class AgentQuarantined(Fact):
    """An agent showed a Byzantine sign; until then its ballots do not count anywhere."""

    authors = frozenset({Author.WORKFLOW, Author.COORDINATOR})
    agent: AgentName
    until: Utc
    reason: str
    proof: tuple[str, ...] = Field(
        default=(),
        description="digests of its ballots that do not count, or ids of its events that are ignored; "
        "empty when its findings here or its earlier incidents show it",
    )


class LogRepaired(Fact):
    """An event of this log was found changed; here is the original, from its copy in the archive."""

    authors = frozenset({Author.OPERATOR})
    version: int
    original: dict[str, JsonValue]
    found: str


class AuthorRejected(Fact):
    """Somebody wrote what only another may write, or with a MAC that does not hold; it is ignored."""

    authors = frozenset({Author.COORDINATOR})
    event_id: str
    author: str
    reason: str
