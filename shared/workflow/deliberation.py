"""From the open investigation to a decision: the tasks that the state machine calls around the vote."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.domain.certificate import Rejection
from shared.domain.commands import has_found
from shared.domain.consensus import RULES, Rules, to_choice
from shared.domain.errors import CommandRefused, InsufficientTrustedAgents
from shared.domain.facts import (
    AgentQuarantined,
    BallotsTallied,
    Fact,
    InvestigationStarted,
    VoteOpened,
)
from shared.domain.incident import Incident
from shared.domain.model import VOTERS
from shared.domain.runbook import Remedy
from shared.ports.authority import Verifier
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust, EventStore, record, settle
from shared.ports.integrity import Integrity
from shared.workflow.candidates import frozen
from shared.workflow.counting import close_round, count_round, decided, sort_ballots
from shared.workflow.handover import handover, superseded
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
    distrust: Distrust
    ballot_validity: timedelta
    rules: Rules = RULES

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

        def decide(state: Incident) -> tuple[Fact, ...] | None:
            if state.vote and (state.vote.attempt, state.vote.round) >= (state.attempt, round_):
                return None
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
                rules=self.rules,
                quarantined=tuple(dict.fromkeys((*absent, *state.quarantined, *quarantined))),
                struck=(*struck, *altered),
                named=True,
            )
            return (*found, opened)

        state, opened = settle(self.store, incident_id, decide, _written, distrust=self.distrust)
        if opened is not None and round_ == 1:
            self.vigilance.answered(agent for agent in state.findings if has_found(state, agent))
        vote = state.vote
        digests = [one.digest for one in vote.candidates] if vote else []
        return {"candidates": digests, "safe": list(vote.safe) if vote else [], "round": round_}

    def verify(self, incident_id: str) -> dict[str, Any]:
        """Close the round, and give the ballots that count as the tally reads them."""
        state = record(self.store, incident_id, close_round, distrust=self.distrust)
        poll = state.poll()
        accepted, _ = sort_ballots(state, self.verifier, self.clock.now())
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

        def decision(state: Incident) -> tuple[str, tuple[Fact, ...]]:
            poll = state.poll()
            tallied, written = self._counted(state)
            result = tallied.tally
            if counted.get("winner") != result.winner or counted.get("kind") != result.kind.value:
                return "human", written
            if result.winner is None:
                return "clarify" if poll.round < MAX_ROUNDS else "human", written
            if state.certificate is not None:
                return "won", ()
            accepted, _ = sort_ballots(state, self.verifier, self.clock.now())
            return "won", (*written, decided(state, tallied, accepted, result.kind))

        return settle(self.store, incident_id, decision, lambda said: said[1], distrust=self.distrust)[1][0]

    def escalate(self, incident_id: str, reason: str) -> None:
        """Hand over to a human, with the best-supported remedy as a suggestion; L0 hands over nothing."""

        def decide(state: Incident) -> tuple[Fact, ...]:
            observing = state.withheld is not None and state.withheld.autonomy == "L0"
            if state.escalation is not None or observing:
                return ()
            last, counted = self._counted(state) if state.vote else (None, ())
            escalated = handover(state, last.tally if last else None, reason)
            return (*counted, *superseded(state, reason), escalated)

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
        counted, accepted = count_round(state, self.verifier, self.clock.now(), self.rules)
        found = self.vigilance.judged(state, counted, accepted)
        return counted, (*close_round(state), counted, *found)


def _round(fact: BallotsTallied | VoteOpened) -> tuple[int, int]:
    return fact.attempt, fact.round


def _written(facts: tuple[Fact, ...] | None) -> tuple[Fact, ...]:
    """What a decision adds to the log; None: the round was open already."""
    return facts or ()
