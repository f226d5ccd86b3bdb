"""Vigilance over the agents: who is quarantined, why, and for how long; and how their ballots fared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from shared.analysis.behaviour import anomaly
from shared.domain.ballot import SignedBallot
from shared.domain.certificate import BLAMELESS, QUARANTINED, Rejection
from shared.domain.errors import PortError
from shared.domain.facts import AgentQuarantined, BallotsTallied
from shared.domain.incident import Incident
from shared.domain.model import VOTERS, AgentName
from shared.ports.clock import Clock
from shared.ports.standing import Standing

LENGTH = timedelta(hours=1)
"""Of a quarantine: long enough for somebody to look, short enough to end by itself."""
FEWEST_TRUSTED = 3


@dataclass(frozen=True)
class Vigilance:
    """Reads and changes the agents' standing; what it decides is also written into the incident's log."""

    standing: Standing
    clock: Clock

    def out(self) -> tuple[tuple[AgentName, ...], tuple[Rejection, ...]]:
        """The agents that are quarantined already, and those that are not themselves lately, with the reason.

        Being seen again does not lengthen a quarantine.
        """
        already = self.standing.quarantined(self.clock.now())
        strange = {agent: self._strange(agent) for agent in VOTERS if agent not in already}
        fresh = tuple(Rejection(agent=agent, reason=why) for agent, why in strange.items() if why)
        return tuple(agent for agent in VOTERS if agent in already), fresh

    def _strange(self, agent: AgentName) -> str | None:
        try:
            return anomaly(self.standing.history(agent))
        except PortError as error:
            if error.retryable:
                raise
            return f"its history cannot be read: {error}"[:500]

    def quarantine(
        self,
        state: Incident,
        faults: Iterable[Rejection],
        proofs: Mapping[AgentName, Sequence[str]] = MappingProxyType({}),
    ) -> tuple[AgentQuarantined, ...]:
        """The facts of agents that showed a Byzantine sign, once an agent and incident.

        Args:
            proofs: what in the log shows an agent's own fault: digests of ballots or ids of events.
        """
        until = self.clock.now() + LENGTH
        found: dict[AgentName, AgentQuarantined] = {}
        for fault in faults:
            if fault.reason in BLAMELESS or fault.agent in state.quarantined or fault.agent in found:
                continue
            self.standing.quarantine(fault.agent, until, fault.reason)
            found[fault.agent] = AgentQuarantined(
                agent=fault.agent, until=until, reason=fault.reason, proof=tuple(proofs.get(fault.agent, ()))
            )
        return tuple(found.values())

    def judged(
        self, state: Incident, counted: BallotsTallied, accepted: Sequence[SignedBallot]
    ) -> tuple[AgentQuarantined, ...]:
        """What a count means for the agents: good ballots are remembered, the others' makers quarantined.

        Good are also those that do not count only because their agents are quarantined already.
        """
        cast = state.ballots_of(counted.attempt, counted.round)
        idle = {one.agent for one in counted.rejected if one.reason == QUARANTINED}
        for signed in (*accepted, *(one for one in cast if one.ballot.agent in idle)):
            self.standing.note(signed.ballot, self.clock.now())
        proofs = {
            fault.agent: [one.ballot.digest for one in cast if one.ballot.agent is fault.agent]
            for fault in counted.rejected
        }
        return self.quarantine(state, counted.rejected, proofs)

    def answered(self, agents: Iterable[AgentName]) -> None:
        """Tell the breakers who answered in time and who did not."""
        present = frozenset(agents)
        for agent in VOTERS:
            if agent in present:
                self.standing.succeeded(agent)
            else:
                self.standing.failed(agent)

    def settle(self, state: Incident, *, verified: bool) -> None:
        """Say of whoever approved what was done whether they were right."""
        done = state.action()
        if done is not None and done.ended_at is not None:
            self.standing.settle(state.id, state.attempt, done.proposal.digest, verified)
