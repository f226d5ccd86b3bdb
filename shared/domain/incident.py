"""The incident: what the log adds up to. `evolve` is pure; state is never stored, only folded."""

from collections.abc import Container, Iterable
from enum import StrEnum

from pydantic import Field

from shared.domain import facts
from shared.domain.ballot import SignedBallot
from shared.domain.certificate import Certificate, Poll
from shared.domain.consensus import DecisionKind
from shared.domain.errors import CommandRefused, Equivocation, IncidentNotFound
from shared.domain.events import Event, Head, malformed
from shared.domain.evidence import Evidence, Findings
from shared.domain.model import AgentName, Model, Utc
from shared.domain.proposal import Proposal
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
    OBSERVED = "observed"
    CLOSED = "closed"


LEFT_WITH_A_HUMAN = frozenset({"escalated", "rolled_back"})
"""Outcomes of a closed incident that nobody but a human will bring to an end."""


class Action(Model):
    """One action on the world, or the undoing of one."""

    proposal: Proposal
    token: str
    before: dict[str, object]
    undo: bool = False
    automation_id: str = ""
    failed: str = ""
    started_at: Utc
    ended_at: Utc | None = None


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
    attempt: int = 0
    execution: str = ""
    findings: dict[AgentName, Findings] = Field(default_factory=dict)
    vote: facts.VoteOpened | None = None
    ballots: tuple[SignedBallot, ...] = ()
    attached: tuple[Evidence, ...] = ()
    over: frozenset[tuple[int, int]] = frozenset()  # (attempt, round) whose ballots are all in
    quarantined: dict[AgentName, facts.AgentQuarantined] = Field(default_factory=dict)
    tallied: facts.BallotsTallied | None = None
    certificate: Certificate | None = None
    authorised: facts.ActionAuthorised | None = None
    withheld: facts.ActionWithheld | None = None
    verified: facts.RemedyVerified | None = None
    verified_at: Utc | None = None
    regressed: facts.RegressionDetected | None = None
    actions: tuple[Action, ...] = ()
    escalation: facts.EscalatedToHuman | None = None
    rolled_back: facts.RolledBack | None = None
    closed: facts.IncidentClosed | None = None
    notifications: dict[str, int] = Field(default_factory=dict)

    @property
    def evidence(self) -> dict[str, Evidence]:
        """Everything that was found, by identity."""
        found = [*self.opened.symptoms]
        for findings in self.findings.values():
            found += findings.evidence
        return {one.id: one for one in (*found, *self.attached)}

    @property
    def decision(self) -> DecisionKind:
        """How the attempt was decided."""
        if self.certificate is not None:
            return self.certificate.kind
        return DecisionKind.HUMAN if self.escalation else DecisionKind.NONE

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


def fold(events: Iterable[Event], ignored: Container[str] = frozenset()) -> Incident:
    """The incident that these events, from the first one on, add up to.

    Args:
        ignored: ids of events that must not be believed. They, and malformed ones, only move the head.

    Raises:
        IncidentNotFound: there are no events, or the first does not open an incident.
    """
    state: Incident | None = None
    for event in events:
        if event.event_id not in ignored and malformed(event) is None:
            state = evolve(state, event)
        elif state is not None:
            head = Head(version=event.version, hash=event.hash)
            state = state.model_copy(update={"head": head})
    if state is None:
        raise IncidentNotFound("no such incident")
    return state


def evolve(state: Incident | None, event: Event) -> Incident:
    """The next state. Facts that change nothing but the head leave the rest as it is."""
    fact = event.fact
    if state is None:
        if not isinstance(fact, facts.IncidentDetected):
            raise IncidentNotFound(f"{event.incident_id} begins with {event.type}")
        return Incident(
            id=event.incident_id,
            head=Head(version=event.version, hash=event.hash),
            opened=fact,
            signals=(fact.signal,),
            detected_at=event.occurred_at,
            changed_at=event.occurred_at,
        )
    change = _change(state, fact, event)
    change |= {"head": Head(version=event.version, hash=event.hash), "changed_at": event.occurred_at}
    return state.model_copy(update=change)


def _change(state: Incident, fact: facts.Fact, event: Event) -> dict[str, object]:
    return _deliberation(state, fact, event) or _execution(state, fact, event) or {}


def _deliberation(state: Incident, fact: facts.Fact, event: Event) -> dict[str, object]:  # noqa: C901, PLR0911 - one arm an event
    match fact:
        case facts.SignalCorrelated():
            return {"signals": (*state.signals, fact.signal)}
        case facts.InvestigationStarted():
            return {"status": Status.INVESTIGATING, "attempt": fact.attempt, "execution": fact.execution}
        case facts.FindingsSubmitted():
            return {"findings": {**state.findings, fact.findings.agent: fact.findings}}
        case facts.VoteOpened():
            return {"status": Status.VOTING, "vote": fact}
        case facts.BallotCast():
            if (fact.signed.ballot.attempt, fact.signed.ballot.round) in state.over:
                return {}
            attached = (*state.attached, *fact.evidence)
            return {"ballots": (*state.ballots, fact.signed), "attached": attached}
        case facts.AgentQuarantined():
            return {"quarantined": {**state.quarantined, fact.agent: fact}}
        case facts.VoteClosed():
            return {"over": state.over | {(fact.attempt, fact.round)}}
        case facts.BallotsTallied():
            return {"tallied": fact}
        case facts.ConsensusReached():
            return {"certificate": fact.certificate, "decided_at": event.occurred_at}
        case facts.EscalatedToHuman():
            ended = Status.ROLLED_BACK if state.rolled_back else Status.ESCALATED
            return {"status": ended, "escalation": fact, "decided_at": state.decided_at or event.occurred_at}
    return {}


def _execution(state: Incident, fact: facts.Fact, event: Event) -> dict[str, object]:  # noqa: C901, PLR0911 - one arm an event
    match fact:
        case facts.ActionAuthorised():
            return {"authorised": fact}
        case facts.ActionWithheld():
            return {"status": Status.OBSERVED, "withheld": fact}
        case facts.ActionStarted():
            action = Action(
                proposal=fact.proposal,
                token=fact.token,
                before=dict(fact.before),
                undo=fact.undo,
                started_at=event.occurred_at,
            )
            return {"status": Status.ACTING, "actions": (*state.actions, action)}
        case facts.ActionCompleted():
            done = {"automation_id": fact.automation_id, "ended_at": event.occurred_at}
            return {"status": Status.WATCHING, "actions": _with_last(state, done)}
        case facts.ActionFailed():
            done = {"failed": fact.reason, "ended_at": event.occurred_at}
            return {"actions": _with_last(state, done)}
        case facts.RemedyVerified():
            return {"verified": fact, "verified_at": event.occurred_at}
        case facts.RegressionDetected():
            return {"regressed": fact}
        case facts.RolledBack():
            return {"status": Status.ROLLED_BACK, "rolled_back": fact}
        case facts.IncidentResolved():
            return {"status": Status.RESOLVED, "resolved_at": event.occurred_at}
        case facts.IncidentClosed():
            return {"closed": fact}
        case facts.NotificationSent():
            told = {**state.notifications, fact.channel: state.notifications.get(fact.channel, 0) + 1}
            return {"notifications": told}
    return {}


def _with_last(state: Incident, update: dict[str, object]) -> tuple[Action, ...]:
    if not state.actions:
        return ()
    return (*state.actions[:-1], state.actions[-1].model_copy(update=update))


def submit_findings(state: Incident, findings: Findings, attempt: int) -> tuple[facts.Fact, ...]:
    """The facts of an agent's answer; nothing when it has answered this attempt already."""
    if attempt != state.attempt or findings.agent in state.findings:
        return ()
    return (facts.FindingsSubmitted(attempt=attempt, findings=findings),)


def cast_ballot(
    state: Incident, signed: SignedBallot, evidence: tuple[Evidence, ...] = ()
) -> tuple[facts.Fact, ...]:
    """The facts of a vote; nothing when this agent's ballot is in already, or the round is over.

    Raises:
        Equivocation: the agent has cast a different choice in this round.
    """
    ballot = signed.ballot
    if (ballot.attempt, ballot.round) in state.over:
        return ()
    for earlier in state.ballots_of(ballot.attempt, ballot.round):
        if earlier.ballot.agent is ballot.agent:
            if earlier.ballot.choice != ballot.choice:
                raise Equivocation(f"{ballot.agent} already voted otherwise in round {ballot.round}")
            return ()
    new = tuple(one for one in evidence if one.id not in state.evidence)
    return (facts.BallotCast(signed=signed, evidence=new),)


def start_action(state: Incident, started: facts.ActionStarted) -> tuple[facts.Fact, ...]:
    """The fact that an action starts.

    Raises:
        CommandRefused: this incident attempt has started that action already, or a human has it.
    """
    if not started.undo and (state.escalation or state.closed):
        raise CommandRefused(f"{state.id}: a human has it; nothing is started")
    if any(action.undo == started.undo for action in state.actions):
        raise CommandRefused(f"{state.id}: the action was started already; it is never started twice")
    return (started,)
