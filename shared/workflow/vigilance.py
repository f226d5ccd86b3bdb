"""Vigilance over the agents: who is quarantined, why, and for how long; and how their ballots fared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.analysis.behaviour import anomaly
from shared.domain.ballot import SignedBallot
from shared.domain.certificate import Rejection
from shared.domain.facts import AgentQuarantined
from shared.domain.incident import Incident
from shared.domain.model import VOTERS, AgentName
from shared.ports.clock import Clock
from shared.ports.standing import Standing

LENGTH = timedelta(hours=1)
"""Of a quarantine: long enough for somebody to look, short enough to end by itself."""
FEWEST_TRUSTED = 3
ALREADY = "quarantined"


@dataclass(frozen=True)
class Vigilance:
    """Reads and changes the agents' standing; what it decides is also written into the incident's log."""

    standing: Standing
    clock: Clock

    def out(self) -> tuple[AgentName, ...]:
        """The agents whose ballots do not count now: quarantined, or unlike themselves lately."""
        now = self.clock.now()
        out = dict(self.standing.quarantined(now))
        for agent in VOTERS:
            if agent not in out and (strange := anomaly(self.standing.history(agent))):
                self.standing.quarantine(agent, now + LENGTH, strange)
                out[agent] = strange
        return tuple(agent for agent in VOTERS if agent in out)

    def quarantine(
        self, state: Incident, faults: Iterable[Rejection], proof: Sequence[str] = ()
    ) -> tuple[AgentQuarantined, ...]:
        """The facts of agents that showed a Byzantine sign, once an agent and incident."""
        until = self.clock.now() + LENGTH
        found: dict[AgentName, AgentQuarantined] = {}
        for fault in faults:
            if fault.reason == ALREADY or fault.agent in state.quarantined or fault.agent in found:
                continue
            self.standing.quarantine(fault.agent, until, fault.reason)
            found[fault.agent] = AgentQuarantined(
                agent=fault.agent, until=until, reason=fault.reason, proof=tuple(proof)
            )
        return tuple(found.values())

    def counted(self, ballots: Iterable[SignedBallot]) -> None:
        """Remember ballots that counted."""
        for signed in ballots:
            self.standing.note(signed.ballot, self.clock.now())

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
        done = next((one for one in state.actions if not one.undo and one.ended_at), None)
        if done is not None:
            self.standing.settle(state.id, state.attempt, done.proposal.digest, verified)
