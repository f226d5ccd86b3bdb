"""The incident's log: typed facts in the past tense, chained by hash, each with its author's MAC."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field, JsonValue

from shared.domain.ballot import SignedBallot
from shared.domain.certificate import Certificate, Rejection
from shared.domain.consensus import DecisionKind, Tally
from shared.domain.evidence import Evidence, Findings
from shared.domain.model import Model, Name, Thousandths, Utc, canonical_json, digest
from shared.domain.proposal import Proposal
from shared.domain.service import Tier
from shared.domain.signal import Signal

GENESIS = "0" * 64


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


class BallotCast(Fact):
    """An agent voted."""

    authors = frozenset({Author.DETECTION, Author.DIAGNOSIS, Author.PREDICTION, Author.RESOLUTION})
    signed: SignedBallot


class BallotsTallied(Fact):
    """The round was counted."""

    authors = _WORKFLOW
    attempt: int
    round: int
    tally: Tally
    rejected: tuple[Rejection, ...] = ()


class ConsensusReached(Fact):
    """The vote has a winner, and this proves it."""

    authors = _WORKFLOW
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


class AuthorRejected(Fact):
    """Somebody wrote what only another may write, or with a MAC that does not hold; it is ignored."""

    authors = frozenset({Author.COORDINATOR})
    event_id: str
    author: str
    reason: str


class Event(Model):
    """The envelope. `hash` covers everything before it and, through `previous_hash`, all that came before."""

    event_id: Name
    incident_id: Name
    version: int = Field(ge=1)
    type: Name
    schema_version: int = 1
    occurred_at: Utc
    recorded_by: Author
    causation_id: str = ""
    correlation_id: str
    data: dict[str, JsonValue]
    previous_hash: str
    hash: str = ""
    author_mac: str = ""

    @property
    def fact(self) -> Fact:
        """The typed payload."""
        return Fact.types[self.type].model_validate(self.data)

    def computed_hash(self) -> str:
        """What `hash` must be."""
        body = self.model_dump(mode="json", exclude={"hash", "author_mac"})
        return digest([self.previous_hash, canonical_json(body).decode()])


class Head(Model):
    """Where an incident's log ends."""

    version: int = 0
    hash: str = GENESIS


def head_of(events: Sequence[Event]) -> Head:
    """The head after these events."""
    return Head(version=events[-1].version, hash=events[-1].hash) if events else Head()


def chain(
    incident_id: str,
    head: Head,
    facts: Sequence[Fact],
    *,
    author: Author,
    now: datetime,
    new_id: Callable[[], str],
    mac: Callable[[str], str],
    causation_id: str = "",
) -> tuple[Event, ...]:
    """Events for these facts, hashed onto the head and MAC'd by their author."""
    made: list[Event] = []
    for fact in facts:
        event = Event(
            event_id=new_id(),
            incident_id=incident_id,
            version=head.version + 1,
            type=type(fact).__name__,
            occurred_at=now,
            recorded_by=author,
            causation_id=causation_id,
            correlation_id=incident_id,
            data=fact.plain(),
            previous_hash=head.hash,
        )
        hashed = event.computed_hash()
        made.append(event.model_copy(update={"hash": hashed, "author_mac": mac(hashed)}))
        head = Head(version=event.version, hash=hashed)
    return tuple(made)


def fault_of(event: Event, verify_mac: Callable[[Author, str, str], bool]) -> str | None:
    """Why an event must be ignored: unknown type, wrong author, changed content or a bad MAC."""
    kind = Fact.types.get(event.type)
    if kind is None:
        return f"unknown event type {event.type}"
    if event.recorded_by not in kind.authors:
        return f"{event.recorded_by} may not write {event.type}"
    if event.computed_hash() != event.hash:
        return "its hash does not match its content"
    if not verify_mac(event.recorded_by, event.hash, event.author_mac):
        return f"the MAC is not by {event.recorded_by}'s key"
    return own_words(event)


def own_words(event: Event) -> str | None:
    """Why an event speaks for another agent, if it does."""
    fact = event.fact
    if isinstance(fact, FindingsSubmitted) and fact.findings.agent.value != event.recorded_by.value:
        return f"{event.recorded_by} submitted findings of {fact.findings.agent}"
    if isinstance(fact, BallotCast) and fact.signed.ballot.agent.value != event.recorded_by.value:
        return f"{event.recorded_by} cast a ballot of {fact.signed.ballot.agent}"
    return None
