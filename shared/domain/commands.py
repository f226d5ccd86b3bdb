"""What may follow on an incident's state: the facts that a command adds, or why it is refused."""

from datetime import datetime, timedelta

from shared.domain import facts
from shared.domain.ballot import SignedBallot
from shared.domain.errors import CommandRefused, Equivocation
from shared.domain.evidence import Evidence, Findings
from shared.domain.incident import Incident, Step
from shared.domain.model import AgentName
from shared.domain.severity import Severity

CACHED_FOR = timedelta(minutes=5)
"""Findings that are older say nothing about now."""


def has_found(state: Incident, agent: AgentName) -> bool:
    """Whether this attempt has findings of the agent that are new."""
    return agent in state.findings and agent not in state.reused


def submit_findings(
    state: Incident,
    findings: Findings,
    attempt: int,
    inputs: str | None = None,
    spans: str | None = None,
) -> tuple[facts.Fact, ...]:
    """The facts of an agent's answer; nothing when it has answered this attempt already.

    Args:
        inputs: the digest of the recording of what it saw, if that was kept.
        spans: the digest of the trace of what it did, if that was kept.
    """
    if attempt != state.attempt or has_found(state, findings.agent):
        return ()
    return (facts.FindingsSubmitted(attempt=attempt, findings=findings, inputs=inputs, spans=spans),)


def reuse_findings(state: Incident, agent: AgentName, now: datetime) -> tuple[facts.Fact, ...]:
    """The fact that an agent's earlier findings stand in for new ones; nothing when they are too old.

    Only findings: a ballot is made for one round and execution, and one of earlier would be a replay.
    """
    earlier = state.remembered(agent)
    if agent in state.findings or earlier is None or now - earlier.at > CACHED_FOR:
        return ()
    age = max(0, int((now - earlier.at).total_seconds()))
    return (
        facts.FindingsReused(attempt=state.attempt, agent=agent, version=earlier.version, age_seconds=age),
    )


def cast_ballot(
    state: Incident,
    signed: SignedBallot,
    evidence: tuple[Evidence, ...] = (),
    inputs: str | None = None,
    spans: str | None = None,
) -> tuple[facts.Fact, ...]:
    """The facts of a vote; nothing when this agent's ballot is in already, or the round is over.

    Args:
        evidence: what it refers to. All of it is attached but what stands in the agent's own findings of this
            attempt: what others put in the log they could replace, and the ballot would refer to nothing.
        inputs: the digest of the recording of what the agent saw, if that was kept.
        spans: the digest of the trace of what it did, if that was kept.

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
    own = state.findings[ballot.agent].evidence if has_found(state, ballot.agent) else ()
    new = tuple(one for one in evidence if one not in own)
    return (facts.BallotCast(signed=signed, evidence=new, inputs=inputs, spans=spans),)


def start_action(state: Incident, started: facts.ActionStarted) -> tuple[facts.Fact, ...]:
    """The fact that an action starts.

    Raises:
        CommandRefused: this incident attempt has started that action already, or a human has it.
    """
    if not started.undo and state.in_human_hands:
        raise CommandRefused(f"{state.id}: a human has it; nothing is started")
    if started.attempt != state.attempt or state.abandoned >= started.attempt:
        raise CommandRefused(f"{state.id}: attempt {started.attempt} is over; nothing is started")
    step = Step.KNOWN_GOOD if started.known_good else Step.UNDO if started.undo else Step.DO
    if state.action(step=step) is not None:
        raise CommandRefused(f"{state.id}: the action was started already; it is never started twice")
    return (started,)


def change_severity(state: Incident, severity: Severity, by: str, reason: str) -> tuple[facts.Fact, ...]:
    """The fact that somebody grades the incident; nothing when it is that grave already.

    Args:
        by: who says it.
        reason: why, for whoever asks later.

    Raises:
        CommandRefused: it is over, so nothing would follow; or no reason was given.
    """
    if not state.is_open:
        raise CommandRefused(f"{state.id}: it is over, and stays {state.severity}")
    if not reason.strip():
        raise CommandRefused(f"{state.id}: say why it is {severity.value}; people are told the reason")
    if state.severity == severity.value:
        return ()
    return (facts.SeverityChanged(severity=severity, by=by[:256], reason=reason.strip()[:1_000]),)
