"""When the state machine itself fails: the ballots are counted again in code, and only what is safe runs."""

from dataclasses import dataclass

from shared.domain.certificate import Certificate, count, verify_ballots
from shared.domain.consensus import DecisionKind, Rules, confidence_of
from shared.domain.facts import Author, BallotsTallied, ConsensusReached, EscalatedToHuman, Fact, VoteClosed
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.ports.authority import Verifier
from shared.ports.clock import Clock

SUFFIX = "-fallback"
"""Of the one further execution that may carry out what the ballots prove."""


@dataclass(frozen=True)
class Fallback:
    """Decides what becomes of an incident whose execution ended other than well."""

    verifier: Verifier
    clock: Clock
    rules: Rules

    def decide(self, state: Incident, execution: str, status: str) -> tuple[Fact, ...]:
        """`ConsensusReached` as priority_fallback when the open round's ballots prove a safe winner.

        Otherwise a human: also when anything was decided or done before, or when the fallback itself failed.
        """
        if state.closed or state.escalation:
            return ()
        reason = f"the state machine ended as {status}"
        touched = state.certificate is not None or bool(state.actions)
        if touched or state.vote is None or execution.endswith(SUFFIX):
            return (EscalatedToHuman(reason=reason),)
        poll = state.poll()
        cast = state.ballots_of(poll.attempt, poll.round)
        accepted, rejected = verify_ballots(poll, cast, self._made_by, self.clock.now())
        result = count(poll, accepted, self.rules)
        over = VoteClosed(attempt=poll.attempt, round=poll.round)
        tallied = BallotsTallied(attempt=poll.attempt, round=poll.round, tally=result, rejected=rejected)
        if result.winner is None or result.winner not in poll.safe:
            return (over, tallied, EscalatedToHuman(reason=f"{reason}, and the ballots prove no safe remedy"))
        certificate = Certificate(
            incident_id=state.id,
            attempt=poll.attempt,
            round=poll.round,
            execution=poll.execution,
            kind=DecisionKind.PRIORITY_FALLBACK,
            proposal=next(one for one in poll.candidates if one.digest == result.winner),
            ballots=accepted,
        )
        reached = ConsensusReached(certificate=certificate, aggregated_confidence=confidence_of(result))
        return (over, tallied, reached)

    def _made_by(self, agent: AgentName, digest: str, mac: str) -> bool:
        return self.verifier.verify(Author(agent.value), digest, mac)
