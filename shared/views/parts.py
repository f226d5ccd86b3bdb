"""The parts of an incident's page. Texts are untrusted: one line each, cut, and never markup."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue

from shared.domain.incident import Step
from shared.domain.model import AgentName, Model, Thousandths, Utc
from shared.domain.plain_text import sanitised

LINE, WORD = 600, 256
"""Characters that are kept of a sentence and of a name."""
Line = Annotated[str, AfterValidator(lambda text: sanitised(text, LINE))]
Word = Annotated[str, AfterValidator(lambda text: sanitised(text, WORD))]
Tone = Literal["", "good", "bad", "warning", "loud", "quiet", "action"]


class Said(Model):
    """One line of the story."""

    text: Line
    tone: Tone = ""


class Moment(Model):
    """One event of the timeline. What is unknown or malformed has a fault, and its type tells what it is."""

    version: int
    event_id: Word
    at: Utc
    by: Word
    type: Word
    lines: tuple[Said, ...] = Field(default=(), description="empty: there is nothing to tell")
    fault: Line | None = Field(default=None, description="why nobody believes it, if so")


class Fact(Model):
    """Evidence without the numbers behind it."""

    id: str
    kind: str
    service: Word
    statement: Line
    observed_at: Utc


class Remedy(Model):
    """A proposal, named by its digest."""

    digest: str
    runbook: Word
    title: str = Field(default="", description="of the catalogue; empty: it is not in it any more")
    version: int
    service: Word
    target: Line
    parameters: dict[str, Line]
    reversibility: str = ""
    safe: bool = Field(default=False, description="fit for a degraded quorum")


class AgentView(Model):
    """What one agent found in this attempt, and how sure it is."""

    agent: AgentName
    weight: int
    state: Literal["asked", "found", "reused", "silent", "quarantined"]
    confidence: Thousandths | None = None
    ballot_confidence: Thousandths | None = Field(default=None, description="of its last ballot")
    summary: Line = ""
    cause: Word | None = None
    root_causes: tuple[Word, ...] = ()
    evidence: tuple[Fact, ...] = Field(default=(), description="at most 10")
    evidence_total: int = 0
    left_out: tuple[Line, ...] = Field(default=(), description="its findings are partial")
    cached_seconds: int | None = Field(default=None, description="age of findings that stand in")
    proposed: tuple[str, ...] = Field(default=(), description="digests")
    at: Utc | None = None


class BallotView(Model):
    """One agent in one round."""

    agent: AgentName
    weight: int
    state: Literal["waiting", "for", "abstains", "silent", "rejected", "quarantined"]
    dissents: bool = Field(default=False, description="for another candidate than the winner")
    choice: str | None = Field(default=None, description="digest of a candidate")
    confidence: Thousandths | None = None
    reasoning: Line = ""
    evidence: tuple[Line, ...] = ()
    risk: Word = ""
    fault: Line | None = Field(default=None, description="why it does not count")
    at: Utc | None = None


class SumView(Model):
    """The support of one candidate, of 1000."""

    proposal: str
    weight: int
    approvers: tuple[AgentName, ...]
    confidence: Thousandths = Field(description="weight-averaged")
    quorum: bool
    degraded_quorum: bool
    wins: bool


class Vote(Model):
    """One agent's yes to a candidate, with what it rests on."""

    agent: AgentName
    weight: int
    confidence: Thousandths
    reasoning: Line
    evidence: tuple[Line, ...] = Field(description="at most 5 facts that the ballot names")


class CandidateView(Model):
    """A remedy that was thought of."""

    remedy: Remedy
    weight: int = Field(description="of those who are for it, of 1000")
    votes: tuple[Vote, ...]
    proposed_by: tuple[AgentName, ...]
    frozen: bool = Field(description="it could be voted on in the last round")
    decided: bool
    suggested: bool = Field(description="to people, by the last count")
    disputed: bool = Field(description="somebody is for it, and somebody for another one")


class Change(Model):
    """Something that was changed around the incident."""

    service: Word
    statement: Line
    at: Utc
    seconds_before: int = Field(description="the first symptom; negative: after it")


class Struck(Model):
    """What was taken out before the vote."""

    agent: AgentName
    reason: Line


class Round(Model):
    """One round of the vote. The weights of those who are silent, abstain or do not count are lost."""

    attempt: int
    round: int
    opened_at: Utc
    expires_at: Utc
    closed: bool
    more_than: int = Field(description="of 1000")
    min_approvers: int
    min_confidence: Thousandths
    candidates: tuple[Remedy, ...]
    ballots: tuple[BallotView, ...]
    sums: tuple[SumView, ...] = ()
    kind: str = Field(default="", description="of the decision; empty: not counted yet")
    winner: str | None = None
    lost_weight: int = 0
    struck: tuple[Struck, ...] = ()


class Signature(Model):
    """A ballot of the certificate."""

    agent: AgentName
    choice: str | None
    confidence: Thousandths
    digest: str
    mac: str


class CertificateView(Model):
    """What proves the decision."""

    kind: str
    attempt: int
    round: int
    execution: Word
    proposal: Remedy
    ballots: tuple[Signature, ...]
    confidence: Thousandths
    at: Utc


class Verdict(Model):
    """What policy said, and why."""

    at: Utc
    permitted: bool
    autonomy: str
    reasons: tuple[Line, ...]
    proposal: Remedy


class Rehearsal(Model):
    """What was tried just before."""

    at: Utc
    passed: bool
    preview: tuple[Line, ...] = ()
    done: tuple[Line, ...] = ()
    impossible: tuple[Line, ...] = ()
    reason: Line = ""


class Credential(Model):
    """A session that could do this and nothing else."""

    session: Word
    role: Word
    ends_at: Utc
    undo: bool


class ActionView(Model):
    """One action on the world, or the undoing of one."""

    attempt: int
    step: Step
    proposal: Remedy
    state: Literal["running", "succeeded", "failed"]
    automation_id: Word = ""
    failed: Line = ""
    before: dict[str, JsonValue] = Field(description="what would be compared after an undo")
    after: dict[str, JsonValue] = Field(default_factory=dict)
    started_at: Utc
    ended_at: Utc | None = None


class Seen(Model):
    """What the watch saw."""

    at: Utc
    statement: Line


class Undone(Model):
    """The target against how it was before."""

    at: Utc
    restored: bool
    known_good: bool
    differences: tuple[Line, ...]


class Doing(Model):
    """Everything about the action and its undo."""

    rehearsals: tuple[Rehearsal, ...] = ()
    credentials: tuple[Credential, ...] = ()
    locked: tuple[Line, ...] = ()
    actions: tuple[ActionView, ...] = ()
    verified: Seen | None = None
    regressed: Seen | None = None
    rolled_back: Undone | None = None


class Timing(Model):
    """The countdown's basis: `target_seconds` from the signal to a verified remedy."""

    began_at: Utc
    detected_at: Utc
    target_seconds: int
    due_at: Utc
    decided_at: Utc | None = None
    verified_at: Utc | None = None
    resolved_at: Utc | None = None
    handed_at: Utc | None = Field(default=None, description="when the machine left it to people")
    closed_at: Utc | None = None


class Node(Model):
    """A service of the call graph, as the agents saw it."""

    service: Word
    health: Literal["well", "unwell", "root_cause", "recovered"]
    root_cause_rank: int | None = Field(default=None, description="1: the most likely")
    symptoms: tuple[Line, ...] = ()


class Quarantine(Model):
    """An agent whose ballots do not count."""

    agent: AgentName
    until: Utc
    reason: Line
    proof: tuple[Word, ...]


class Ignored(Model):
    """An event that is not believed."""

    event_id: Word
    author: Word
    reason: Line


class Reason(Model):
    """Why it went as it did."""

    about: Literal["withheld", "asked", "denied", "escalated", "abandoned", "not_needed", "stopped", "failed"]
    at: Utc
    says: Line
