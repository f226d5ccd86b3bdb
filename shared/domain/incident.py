"""The incident: what the log adds up to. State is never stored, only folded (`shared.domain.folding`)."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from shared.domain import facts
from shared.domain.approval import Approval
from shared.domain.ballot import SignedBallot
from shared.domain.certificate import Certificate, Poll
from shared.domain.consensus import DecisionKind
from shared.domain.errors import CommandRefused
from shared.domain.events import Head
from shared.domain.evidence import Evidence, Findings
from shared.domain.felt import Stretches
from shared.domain.model import AgentName, Model, Utc
from shared.domain.proposal import Proposal
from shared.domain.severity import Severity
from shared.domain.signal import Signal


class Status(StrEnum):
    """Where an incident is."""

    DETECTED = "detected"
    INVESTIGATING = "investigating"
    VOTING = "voting"
    AWAITING_APPROVAL = "awaiting_approval"
    ACTING = "acting"
    WATCHING = "watching"
    RESOLVED = "resolved"
    ROLLED_BACK = "rolled_back"
    ESCALATED = "escalated"
    OWNED = "owned"
    OBSERVED = "observed"
    CLOSED = "closed"


LEFT_WITH_A_HUMAN = frozenset({"escalated", "rolled_back"})
"""Outcomes of the machine's part after which the incident is people's: nobody else brings it to an end."""
BY_PEOPLE = "resolved_by_people"
"""The outcome of an incident that people brought to its end."""


class Step(StrEnum):
    """What an attempt may start: at most one of each."""

    DO = "do"
    UNDO = "undo"
    KNOWN_GOOD = (
        "known_good"  # when undoing left differences: back to the state that was last seen to be good
    )


class Action(Model):
    """One action on the world, or the undoing of one."""

    attempt: int = 1
    proposal: Proposal
    token: str
    before: dict[str, object]
    undo: bool = False
    known_good: bool = False
    automation_id: str = ""
    failed: str = ""
    started_at: Utc
    ended_at: Utc | None = None

    @property
    def step(self) -> Step:
        """Which of an attempt's actions it is."""
        if self.known_good:
            return Step.KNOWN_GOOD
        return Step.UNDO if self.undo else Step.DO


class Owner(Model):
    """Who has the incident, or which team is to take it."""

    name: str  # of a person: the directory's id, or the identity itself; of a team: its id
    team: bool = False
    since: Utc
    given_by: str = ""  # who handed it on to them


class Note(Model):
    """What a person wrote down."""

    by: str
    text: str
    at: Utc
    reference: str = ""


class Heard(Model):
    """What an agent said it found, and when."""

    findings: Findings
    at: Utc
    version: int


class Incident(Model):
    """An incident as the log tells it."""

    id: str
    head: Head = Head()
    status: Status = Status.DETECTED
    opened: facts.IncidentDetected
    detected_at: Utc
    changed_at: Utc
    decided_at: Utc | None = None
    resolved_at: Utc | None = None
    signals: tuple[Signal, ...] = ()
    investigated_at: Utc | None = None  # when the workflow first asked for findings: nobody's opinion
    attempt: int = 0
    execution: str = ""
    findings: dict[AgentName, Findings] = Field(default_factory=dict)
    heard: dict[AgentName, Heard] = Field(default_factory=dict)  # the last of each agent, in any attempt
    reused: dict[AgentName, facts.FindingsReused] = Field(default_factory=dict)  # those of `findings` not new
    vote: facts.VoteOpened | None = None
    vote_hash: str = ""  # of the event that opened the round
    rejected: frozenset[str] = frozenset()  # ids of events that the coordinator found to be another's words
    ballots: tuple[SignedBallot, ...] = ()
    attached: tuple[Evidence, ...] = ()
    over: frozenset[tuple[int, int]] = frozenset()  # (attempt, round) whose ballots are all in
    quarantined: dict[AgentName, facts.AgentQuarantined] = Field(default_factory=dict)
    tallied: facts.BallotsTallied | None = None
    certificate: Certificate | None = None
    authorised: facts.ActionAuthorised | None = None
    withheld: facts.ActionWithheld | None = None
    approval: Approval | None = None
    taken: facts.TakenOver | None = None  # the first who took it: from then on the machine starts nothing
    graded: facts.SeverityChanged | None = None  # the last word of a person on how grave it is
    grades: tuple[Severity, ...] = ()  # every one of them
    busy: facts.TargetBusy | None = None
    lock: facts.TargetLocked | None = None
    sandbox: tuple[facts.SandboxStarted, ...] = ()  # of any attempt
    rehearsed: facts.ActionRehearsed | None = None
    unneeded: facts.NotNeeded | None = None
    verified: facts.RemedyVerified | None = None
    verified_at: Utc | None = None
    good: facts.KnownGoodRecorded | None = None
    regressed: facts.RegressionDetected | None = None
    actions: tuple[Action, ...] = ()
    escalation: facts.EscalatedToHuman | None = None
    rolled_back: facts.RolledBack | None = None
    abandoned: int = 0  # the last attempt that was given up
    closed: facts.IncidentClosed | None = None
    asked_at: Utc | None = None  # when people were last needed for something: at first by its beginning
    acknowledged_at: Utc | None = None  # when somebody answered to that
    page_over: bool = False  # a person has closed the page; what is asked later opens another
    called: tuple[facts.LevelCalled, ...] = ()
    closed_at: Utc | None = None
    people: facts.HumanOutcome | None = None  # what they did themselves; also after the end
    handed: facts.HandedToPeople | None = None  # the machine's part has ended, and the trouble has not
    handed_at: Utc | None = None
    held: Owner | None = None
    notes: tuple[Note, ...] = ()
    resolution: facts.ResolvedByPeople | None = None
    reopened: facts.IncidentReopened | None = None
    felt: Stretches = ()
    notifications: dict[str, int] = Field(default_factory=dict)

    @property
    def evidence(self) -> dict[str, Evidence]:
        """Everything that was found, by identity."""
        found = [*self.opened.symptoms]
        for findings in self.findings.values():
            found += findings.evidence
        return {one.id: one for one in (*found, *self.attached)}

    @property
    def began(self) -> datetime:
        """The onset that detection opened it with; never later than the workflow's first question."""
        return min(self.opened.started_at, self.investigated_at or self.detected_at)

    def remembered(self, agent: AgentName) -> Heard | None:
        """The last that this agent found; detection has found something when it opened the incident."""
        if agent is not AgentName.DETECTION or agent in self.heard:
            return self.heard.get(agent)
        found = Findings(
            agent=agent,
            summary=self.opened.summary[:2_000],
            confidence=self.opened.confidence,
            evidence=self.opened.symptoms[:30],
        )
        return Heard(findings=found, at=self.detected_at, version=1)

    @property
    def decision(self) -> DecisionKind:
        """How the attempt was decided."""
        if self.certificate is not None:
            return self.certificate.kind
        return DecisionKind.HUMAN if self.escalation else DecisionKind.NONE

    @property
    def severity(self) -> str:
        """How grave it is now: as a person graded it last, else as detection did."""
        return self.graded.severity.value if self.graded else self.opened.severity

    @property
    def gravest(self) -> str:
        """How grave it ever was: who has heard of it then hears of its end."""
        known = [*Severity]
        grades = [self.opened.severity, *self.grades]
        return min(grades, key=lambda one: known.index(Severity(one)) if one in known else 0)

    @property
    def in_human_hands(self) -> bool:
        """Whether nothing new may be started: a person has it, or it is over."""
        return bool(self.escalation or self.taken or self.handed or self.reopened or not self.is_open)

    @property
    def is_open(self) -> bool:
        """Whether it is not over: neither has the machine closed it nor a person said that it is."""
        return self.closed is None and self.resolution is None

    @property
    def machine_ended(self) -> facts.HandedToPeople | facts.IncidentClosed | None:
        """How the machine's part ended; None: it goes on."""
        return self.handed or self.closed

    @property
    def with_people(self) -> bool:
        """Whether it is open and nobody but people will end it."""
        return self.is_open and bool(self.escalation or self.handed or self.reopened)

    @property
    def owner(self) -> str:
        """The person who has it; empty: nobody has, though a team may have been asked to take it."""
        return self.held.name if self.held and not self.held.team else ""

    @property
    def team(self) -> str:
        """The team that is to take it; empty: none was named, or a person has it."""
        return self.held.name if self.held and self.held.team else ""

    @property
    def is_felt(self) -> bool:
        """Whether the trouble is still felt, as far as the log knows: it costs money."""
        return bool(self.felt) and self.felt[-1].ends is None

    @property
    def unanswered(self) -> bool:
        """Whether people are needed and nobody has said that they have seen it."""
        ends = not self.is_open or self.resolved_at is not None or self.unneeded is not None
        return self.acknowledged_at is None and not ends

    def action(self, *, undo: bool = False, step: Step | None = None) -> Action | None:
        """What this attempt did, or how it undid that."""
        wanted = step or (Step.UNDO if undo else Step.DO)
        of_attempt = (one for one in self.actions if one.attempt == self.attempt)
        return next((one for one in of_attempt if one.step is wanted), None)

    @property
    def tried(self) -> frozenset[str]:
        """Digests of what was done in any attempt."""
        return frozenset(one.proposal.digest for one in self.actions if not one.undo)

    def poll(self) -> Poll:
        """The round that is open.

        Raises:
            CommandRefused: no vote was opened.
        """
        if self.vote is None:
            raise CommandRefused(f"{self.id}: no vote is open")
        return Poll(
            incident_id=self.id,
            attempt=self.vote.attempt,
            round=self.vote.round,
            execution=self.vote.execution,
            opened=self.vote_hash if self.vote.named else "",
            candidates=self.vote.candidates,
            safe=self.vote.safe,
            quarantined=self.vote.quarantined,
            evidence=self.evidence,
        )

    def ballots_of(self, attempt: int, round_: int) -> tuple[SignedBallot, ...]:
        """The ballots that were cast in one round."""
        return tuple(
            one for one in self.ballots if (one.ballot.attempt, one.ballot.round) == (attempt, round_)
        )
