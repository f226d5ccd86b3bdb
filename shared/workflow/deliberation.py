"""From the open investigation to a decision: the tasks that the state machine calls around the vote."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.domain.ballot import SignedBallot
from shared.domain.certificate import QUARANTINED, Certificate, Rejection, count, verify_ballots
from shared.domain.consensus import RULES, DecisionKind, Rules, confidence_of, to_choice
from shared.domain.errors import CommandRefused, InsufficientTrustedAgents
from shared.domain.facts import (
    AgentQuarantined,
    Author,
    BallotsTallied,
    ConsensusReached,
    EscalatedToHuman,
    Fact,
    InvestigationStarted,
    VoteClosed,
    VoteOpened,
)
from shared.domain.incident import Incident
from shared.domain.model import VOTERS, AgentName
from shared.domain.proposal import Proposal
from shared.domain.runbook import Remedy
from shared.ports.authority import Verifier
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust, EventStore, believe, record
from shared.ports.integrity import Integrity
from shared.workflow.candidates import frozen
from shared.workflow.vigilance import FEWEST_TRUSTED, Vigilance

MAX_ROUNDS = 3
"""The vote and two clarification rounds."""


@dataclass(frozen=True)
class Deliberation:
    """The tasks; each is safe to be called twice."""

    store: EventStore
    verifier: Verifier
    clock: Clock
    remedies: Mapping[str, Remedy]
    vigilance: Vigilance
    integrity: Integrity
    distrust: Distrust = believe
    rules: Rules = RULES
    ballot_validity: timedelta = timedelta(minutes=10)

    def open(self, incident_id: str, attempt: int, execution: str) -> None:
        """Ask every agent for findings."""

        def decide(state: Incident) -> tuple[Fact, ...]:
            if state.attempt >= attempt:
                return ()
            return (InvestigationStarted(attempt=attempt, execution=execution),)

        record(self.store, incident_id, decide, distrust=self.distrust)

    def freeze(self, incident_id: str) -> dict[str, Any]:
        """Fix what can be voted on (at most 5, each held against its runbook) and open the first round.

        Raises:
            InsufficientTrustedAgents: fewer than three agents are not quarantined; a human decides.
        """
        return self._open_round(incident_id, 1)

    def clarify(self, incident_id: str, round_: int) -> dict[str, Any]:
        """Open one more round over the same candidates, now that everybody's findings are in the log.

        Raises:
            CommandRefused: the rounds are spent.
        """
        if round_ >= MAX_ROUNDS:
            raise CommandRefused(f"{incident_id}: {MAX_ROUNDS} rounds are spent; a human decides")
        return self._open_round(incident_id, round_ + 1)

    def _open_round(self, incident_id: str, round_: int) -> dict[str, Any]:
        (out, strange), altered = self.vigilance.out(), self._altered()
        absent = dict.fromkeys((*out, *(one.agent for one in (*strange, *altered))))
        if len(VOTERS) - len(absent) < FEWEST_TRUSTED:
            raise InsufficientTrustedAgents(f"{', '.join(absent)} do not count: fewer than three are left")
        first = False

        def decide(state: Incident) -> tuple[Fact, ...]:
            if state.vote and (state.vote.attempt, state.vote.round) >= (state.attempt, round_):
                return ()
            nonlocal first
            first = round_ == 1
            again = state.vote if round_ > 1 else None
            kept, struck = (again.candidates, again.struck) if again else frozen(state, self.remedies)
            counted = self._counted(state)[1] if state.vote else ()
            found = (*counted, *self.vigilance.quarantine(state, (*strange, *struck)))
            quarantined = [one.agent for one in found if isinstance(one, AgentQuarantined)]
            if not kept:
                return found
            opened = VoteOpened(
                attempt=state.attempt,
                round=round_,
                execution=state.execution,
                candidates=kept,
                safe=tuple(one.digest for one in kept if self.remedies[one.runbook].runbook.safe),
                expires_at=self.clock.now() + self.ballot_validity,
                quarantined=tuple(dict.fromkeys((*absent, *state.quarantined, *quarantined))),
                struck=(*struck, *altered),
            )
            return (*found, opened)

        state = record(self.store, incident_id, decide, distrust=self.distrust)
        if first:
            self.vigilance.answered(state.findings)
        vote = state.vote
        digests = [one.digest for one in vote.candidates] if vote else []
        return {"candidates": digests, "safe": list(vote.safe) if vote else [], "round": round_}

    def verify(self, incident_id: str) -> dict[str, Any]:
        """Close the round, and give the ballots that count as the tally reads them."""
        state = record(self.store, incident_id, _over, distrust=self.distrust)
        poll = state.poll()
        accepted, _ = self._sort(state)
        choices = [to_choice(signed.ballot) for signed in accepted]
        return {
            "ballots": [one.plain() for one in choices],
            "candidates": list(poll.digests),
            "safe": list(poll.safe),
            "rules": self.rules.plain(),
        }

    def decide(self, incident_id: str, counted: Mapping[str, Any]) -> str:
        """Count again in code and write down the result: `won`, `clarify` or `human`.

        `counted` is the state machine's own tally; when the two differ nobody has won.
        """
        outcome = "human"

        def decision(state: Incident) -> tuple[Fact, ...]:
            nonlocal outcome
            poll = state.poll()
            tallied, written = self._counted(state)
            result = tallied.tally
            if counted.get("winner") != result.winner or counted.get("kind") != result.kind.value:
                outcome = "human"
                return written
            if result.winner is None:
                outcome = "clarify" if poll.round < MAX_ROUNDS else "human"
                return written
            outcome = "won"
            if state.certificate is not None:
                return ()
            certificate = Certificate(
                incident_id=state.id,
                attempt=poll.attempt,
                round=poll.round,
                execution=poll.execution,
                kind=result.kind,
                proposal=_proposal(poll.candidates, result.winner),
                ballots=self._sort(state)[0],
            )
            reached = ConsensusReached(certificate=certificate, aggregated_confidence=confidence_of(result))
            return (*written, reached)

        record(self.store, incident_id, decision, distrust=self.distrust)
        return outcome

    def escalate(self, incident_id: str, reason: str) -> None:
        """Hand over to a human, with the best-supported remedy as a suggestion; L0 hands over nothing."""

        def decide(state: Incident) -> tuple[Fact, ...]:
            observing = state.withheld is not None and state.withheld.autonomy == "L0"
            if state.escalation is not None or observing:
                return ()
            last, counted = self._counted(state) if state.vote else (None, ())
            wanted = last.tally.suggestion if last else None
            harmed = state.rolled_back is not None or state.regressed is not None
            suggestion = (
                _proposal(state.vote.candidates, wanted) if state.vote and wanted and not harmed else None
            )
            deadlock = last is not None and last.tally.kind is DecisionKind.NONE
            escalated = EscalatedToHuman(
                reason=readable(reason), suggestion=suggestion, deadlock_resolved=deadlock
            )
            return (*counted, escalated)

        record(self.store, incident_id, decide, distrust=self.distrust)

    def _altered(self) -> tuple[Rejection, ...]:
        """The agents that do not run the deployed code: out of this round, back once it is right again."""
        return tuple(
            Rejection(agent=agent, reason=why) for agent, why in sorted(self.integrity.changed().items())
        )

    def _counted(self, state: Incident) -> tuple[BallotsTallied, tuple[Fact, ...]]:
        """The count of the open round, and what of it is not in the log yet: it, and who showed a fault."""
        if state.tallied and state.vote and _round(state.tallied) == _round(state.vote):
            return state.tallied, ()
        poll = state.poll()
        accepted, rejected = self._sort(state)
        tallied = BallotsTallied(
            attempt=poll.attempt, round=poll.round, tally=count(poll, accepted, self.rules), rejected=rejected
        )
        cast = state.ballots_of(poll.attempt, poll.round)
        idle = {one.agent for one in rejected if one.reason == QUARANTINED}
        self.vigilance.counted((*accepted, *(one for one in cast if one.ballot.agent in idle)))
        proofs = {
            fault.agent: [one.ballot.digest for one in cast if one.ballot.agent is fault.agent]
            for fault in rejected
        }
        return tallied, (*_over(state), tallied, *self.vigilance.quarantine(state, rejected, proofs))

    def _sort(self, state: Incident) -> tuple[tuple[SignedBallot, ...], tuple[Rejection, ...]]:
        poll = state.poll()
        cast = state.ballots_of(poll.attempt, poll.round)
        return verify_ballots(poll, cast, self._made_by, self.clock.now())

    def _made_by(self, agent: AgentName, digest: str, mac: str) -> bool:
        return self.verifier.verify(Author(agent.value), digest, mac)


def readable(reason: str) -> str:
    """A reason for people: of a Lambda's error (`State: Name {json}`) its own sentence, bounded."""
    said, brace, rest = reason.partition(" {")
    try:
        said = f"{said}: {json.loads(brace.strip() + rest)['errorMessage']}"
    except (ValueError, KeyError, TypeError):
        said = reason
    return said[:1_000]


def _over(state: Incident) -> tuple[Fact, ...]:
    """That the open round is over, if the log does not say so yet."""
    if state.vote is None or _round(state.vote) in state.over:
        return ()
    return (VoteClosed(attempt=state.vote.attempt, round=state.vote.round),)


def _round(fact: BallotsTallied | VoteOpened) -> tuple[int, int]:
    return fact.attempt, fact.round


def _proposal(candidates: tuple[Proposal, ...], digest: str) -> Proposal:
    return next(one for one in candidates if one.digest == digest)
