"""Counting a round, whoever asks: the ballots that hold, their tally, and the certificate of its winner."""

from datetime import datetime

from shared.domain.ballot import SignedBallot
from shared.domain.certificate import Certificate, Rejection, count, verify_ballots
from shared.domain.consensus import DecisionKind, Rules, confidence_of
from shared.domain.facts import Author, BallotsTallied, ConsensusReached, VoteClosed
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.ports.authority import Verifier


def close_round(state: Incident) -> tuple[VoteClosed, ...]:
    """That the open round is over, if the log does not say so yet."""
    if state.vote is None or (state.vote.attempt, state.vote.round) in state.over:
        return ()
    return (VoteClosed(attempt=state.vote.attempt, round=state.vote.round),)


def sort_ballots(
    state: Incident, verifier: Verifier, now: datetime
) -> tuple[tuple[SignedBallot, ...], tuple[Rejection, ...]]:
    """The open round's ballots: those that count, and those that do not, with the reason."""

    def made_by(agent: AgentName, digest: str, mac: str) -> bool:
        return verifier.verify(Author(agent.value), digest, mac)

    poll = state.poll()
    return verify_ballots(poll, state.ballots_of(poll.attempt, poll.round), made_by, now)


def count_round(
    state: Incident, verifier: Verifier, now: datetime, rules: Rules
) -> tuple[BallotsTallied, tuple[SignedBallot, ...]]:
    """The count of the open round by these rules, and the ballots that count."""
    poll = state.poll()
    accepted, rejected = sort_ballots(state, verifier, now)
    counted = BallotsTallied(
        attempt=poll.attempt,
        round=poll.round,
        tally=count(poll, accepted, rules),
        rules=rules,
        rejected=rejected,
    )
    return counted, accepted


def decided(
    state: Incident, counted: BallotsTallied, ballots: tuple[SignedBallot, ...], kind: DecisionKind
) -> ConsensusReached:
    """The decision for the winner of a count, with the ballots that prove it.

    Raises:
        CommandRefused: nobody won.
    """
    poll = state.poll()
    certificate = Certificate(
        incident_id=state.id,
        attempt=poll.attempt,
        round=poll.round,
        execution=poll.execution,
        kind=kind,
        proposal=poll.candidate(counted.tally.winner),
        ballots=ballots,
    )
    return ConsensusReached(certificate=certificate, aggregated_confidence=confidence_of(counted.tally))
