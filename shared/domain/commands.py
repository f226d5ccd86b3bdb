"""What may follow on an incident's state: the facts that a command adds, or why it is refused."""

from shared.domain import facts
from shared.domain.ballot import SignedBallot
from shared.domain.errors import CommandRefused, Equivocation
from shared.domain.evidence import Evidence, Findings
from shared.domain.incident import Incident


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
    if not started.undo and state.in_human_hands:
        raise CommandRefused(f"{state.id}: a human has it; nothing is started")
    if started.attempt != state.attempt or state.abandoned >= started.attempt:
        raise CommandRefused(f"{state.id}: attempt {started.attempt} is over; nothing is started")
    if state.action(undo=started.undo) is not None:
        raise CommandRefused(f"{state.id}: the action was started already; it is never started twice")
    return (started,)
