"""The documents that are kept of an incident: the row of a list, and its page."""

from pydantic import Field

from shared.domain.felt import Felt
from shared.domain.incident import Status
from shared.domain.model import AgentName, Model, Thousandths, Utc
from shared.domain.service import Tier
from shared.views.parts import (
    AgentView,
    CandidateView,
    CertificateView,
    Change,
    Doing,
    Fact,
    Ignored,
    Line,
    Moment,
    Node,
    Quarantine,
    Reason,
    Remedy,
    Round,
    Timing,
    Verdict,
    Word,
)
from shared.views.people_parts import (
    Acknowledgement,
    ApprovalView,
    Called,
    Grade,
    NoteView,
    OwnerChange,
    People,
    ResolutionView,
    Taken,
    Told,
)

MTTR_TARGET_SECONDS = 180
"""From the signal to a verified remedy."""


class Spent(Model):
    """What is known of an incident's money without a clock; US dollars as decimal texts."""

    began_at: Utc
    until: Utc | None = Field(description="when it stopped costing the business; None: it still does")
    felt: tuple[Felt, ...] = Field(default=(), description="when it was felt; only that costs the business")
    business_usd: str | None = Field(description="as it was closed; None: not closed yet")
    own_usd: str = Field(description="what it cost us so far, at list prices")


class Row(Model):
    """An incident in a list."""

    id: Word
    version: int = Field(description="of the log that it shows")
    status: Status
    closed: bool = Field(description="it is over")
    outcome: Word | None = Field(description="how it ended, or how the machine left it to people")
    severity: Word
    classification: Word
    service: Word
    application: Word
    tier: Tier
    summary: Line
    confidence: Thousandths = Field(description="of detection, that it is one")
    decision: Word = Field(description="quorum, degraded_quorum, priority_fallback, human or none")
    remedy: Remedy | None = Field(description="decided or suggested")
    waits_for_approval: bool
    with_people: bool = Field(default=False, description="open, and nobody but people will end it")
    taken_by: Word = Field(description="as owner")
    owner: Word = Field(default="", description="who has it; empty: nobody")
    team: Word = Field(default="", description="that is to take it; empty: none, or somebody has it")
    owned_since: Utc | None = Field(default=None, description="of the owner, or of the team")
    felt: bool = Field(default=True, description="people still feel it, as far as the log knows")
    people_said: bool = Field(description="people said what they did about it, so it asks nobody any more")
    attempt: int
    detected_at: Utc
    changed_at: Utc
    timing: Timing
    spent: Spent


class Tokens(Model):
    """What models were asked."""

    tokens_in: int = 0
    tokens_out: int = 0


class Page(Model):
    """An incident, as its log tells it."""

    row: Row
    timeline: tuple[Moment, ...] = Field(description="the newest, at most 200; oldest first")
    timeline_total: int
    symptoms: tuple[Fact, ...] = Field(description="with which it was opened, at most 10")
    nodes: tuple[Node, ...]
    agents: tuple[AgentView, ...]
    rounds: tuple[Round, ...]
    certificate: CertificateView | None
    verdicts: tuple[Verdict, ...]
    approval: ApprovalView | None
    taken: Taken | None
    acknowledged: tuple[Acknowledgement, ...] = Field(description="the newest 20")
    grades: tuple[Grade, ...] = Field(description="the newest 20; the last one counts")
    called: tuple[Called, ...] = Field(description="the newest 20")
    doing: Doing
    suggestion: Remedy | None
    reasons: tuple[Reason, ...]
    quarantined: tuple[Quarantine, ...]
    ignored: tuple[Ignored, ...]
    told: tuple[Told, ...] = Field(description="the newest 50")
    told_total: int
    people: People | None
    owners: tuple[OwnerChange, ...] = Field(default=(), description="who had it when; the newest 50")
    notes: tuple[NoteView, ...] = Field(default=(), description="of people; the newest 50, oldest first")
    resolution: ResolutionView | None = Field(default=None, description="how people ended it")
    candidates: tuple[CandidateView, ...] = Field(
        default=(), description="every remedy that was thought of, the most weight first, at most 20"
    )
    disputed: bool = Field(
        default=False, description="agents are for different remedies or see different causes"
    )
    changes: tuple[Change, ...] = Field(
        default=(), description="around it, the most recent first, at most 10"
    )
    tokens: Tokens = Tokens()
    confidence: dict[AgentName, Thousandths] = Field(description="of findings, by agent")
