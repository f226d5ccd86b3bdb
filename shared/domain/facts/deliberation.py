"""From the first signal to a decision."""

from pydantic import Field

from shared.domain.ballot import SignedBallot
from shared.domain.certificate import Certificate, Rejection
from shared.domain.consensus import RULES, Rules, Tally
from shared.domain.evidence import Evidence, Findings
from shared.domain.facts.fact import AGENTS, ENGINE, WORKFLOW, Author, Fact
from shared.domain.model import AgentName, Name, Thousandths, Utc
from shared.domain.proposal import Proposal
from shared.domain.service import Tier
from shared.domain.signal import Signal


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
    announced: bool = Field(default=False, description="people are told: it says something new to them")


class InvestigationStarted(Fact):
    """The state machine asked every agent for findings."""

    authors = WORKFLOW
    attempt: int
    execution: Name


class FindingsSubmitted(Fact):
    """An agent answered with what it found."""

    authors = AGENTS
    attempt: int
    findings: Findings
    inputs: str | None = Field(
        default=None, max_length=64, description="SHA-256 of the recording of what it saw; None: not kept"
    )
    spans: str | None = Field(
        default=None, max_length=64, description="SHA-256 of the trace of what it did; None: not kept"
    )


class FindingsReused(Fact):
    """An agent's breaker is open: what it found a short while ago stands in for what it would find now."""

    authors = WORKFLOW
    attempt: int
    agent: AgentName
    version: int = Field(ge=1, description="of the event that holds them")
    age_seconds: int = Field(ge=0)


class VoteOpened(Fact):
    """Candidates are frozen and ballots are asked for."""

    authors = WORKFLOW
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
    named: bool = Field(default=False, description="ballots must name this event's hash; not in old logs")


class BallotCast(Fact):
    """An agent voted; `evidence` are the facts it refers to that were not in the log before."""

    authors = AGENTS
    signed: SignedBallot
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=20)
    inputs: str | None = Field(
        default=None, max_length=64, description="SHA-256 of the recording of what it saw; None: not kept"
    )
    spans: str | None = Field(
        default=None, max_length=64, description="SHA-256 of the trace of what it did; None: not kept"
    )


class VoteClosed(Fact):
    """The round is over: a ballot that is heard later is late for everybody, whoever counts."""

    authors = ENGINE
    attempt: int
    round: int


class BallotsTallied(Fact):
    """The round was counted; the coordinator counts it when the engine has failed."""

    authors = ENGINE
    attempt: int
    round: int
    tally: Tally
    rules: Rules = Field(default=RULES, description="by which it was counted; a count is proven by one's own")
    rejected: tuple[Rejection, ...] = ()


class ConsensusReached(Fact):
    """The vote has a winner, and this proves it; the coordinator says so when the engine has failed."""

    authors = ENGINE
    certificate: Certificate
    aggregated_confidence: Thousandths


class AgentQuarantined(Fact):
    """An agent showed a Byzantine sign; until then its ballots do not count anywhere."""

    authors = ENGINE
    agent: AgentName
    until: Utc
    reason: str
    proof: tuple[str, ...] = Field(
        default=(),
        description="digests of its ballots that do not count, or ids of its events that are ignored; "
        "empty when its findings here or its earlier incidents show it",
    )
