"""When the state machine itself fails: the ballots are counted again in code, and only what is safe runs."""

from dataclasses import dataclass

from shared.domain.consensus import DecisionKind, Rules
from shared.domain.facts import EscalatedToHuman, Fact
from shared.domain.incident import Incident
from shared.ports.authority import Verifier
from shared.ports.clock import Clock
from shared.workflow.counting import close_round, count_round, decided

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
        if state.escalation or not state.is_open:
            return ()
        reason = f"the state machine ended as {status}"
        touched = state.certificate is not None or bool(state.actions)
        if touched or state.vote is None or execution.endswith(SUFFIX):
            return (EscalatedToHuman(reason=reason),)
        counted, accepted = count_round(state, self.verifier, self.clock.now(), self.rules)
        found = (*close_round(state), counted)
        if counted.tally.winner not in state.vote.safe:
            return (*found, EscalatedToHuman(reason=f"{reason}, and the ballots prove no safe remedy"))
        return (*found, decided(state, counted, accepted, DecisionKind.PRIORITY_FALLBACK))
