"""How each agent stands, in this process."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Lock

from shared.domain.ballot import Ballot
from shared.domain.breaker import Breaker
from shared.domain.model import VOTERS, AgentName
from shared.ports.clock import Clock
from shared.ports.standing import REASON_LENGTH, PastBallot, bounded, noted, settled


class MemoryStanding:
    """One object for all who share it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._quarantines: dict[AgentName, tuple[datetime, str]] = {}
        self._histories: dict[AgentName, tuple[PastBallot, ...]] = {}
        self._breakers: dict[AgentName, Breaker] = {}
        self._lock = Lock()

    def quarantine(self, agent: AgentName, until: datetime, reason: str) -> bool:
        """Count no ballot of the agent until then; False when it is quarantined for as long already."""
        ends = bounded(until, self._clock.now())
        with self._lock:
            held = self._quarantines.get(agent)
            if ends is None or (held is not None and held[0] >= ends):
                return False
            self._quarantines[agent] = (ends, reason[:REASON_LENGTH])
            return True

    def quarantined(self, now: datetime) -> Mapping[AgentName, str]:
        """The agents quarantined at `now`, each with the reason."""
        with self._lock:
            return {agent: reason for agent, (ends, reason) in self._quarantines.items() if ends > now}

    def release(self, agent: AgentName) -> None:
        """End the agent's quarantine."""
        with self._lock:
            self._quarantines.pop(agent, None)

    def note(self, ballot: Ballot, at: datetime) -> None:
        """Remember a ballot that was counted."""
        with self._lock:
            self._histories[ballot.agent] = noted(self._histories.get(ballot.agent, ()), ballot, at)

    def settle(self, incident_id: str, attempt: int, proposal: str, outcome: bool) -> None:
        """Say of everybody who approved this proposal in this attempt whether they were right."""
        with self._lock:
            for agent in VOTERS:
                known = self._histories.get(agent, ())
                self._histories[agent] = settled(known, incident_id, attempt, proposal, outcome)

    def history(self, agent: AgentName) -> Sequence[PastBallot]:
        """The agent's last ballots, oldest first."""
        with self._lock:
            return self._histories.get(agent, ())

    def breaker(self, agent: AgentName) -> Breaker:
        """The agent's breaker."""
        with self._lock:
            return self._breakers.get(agent, Breaker())

    def allows(self, agent: AgentName) -> bool:
        """Whether the agent may be asked now; a trial is counted."""
        with self._lock:
            allowed, self._breakers[agent] = self._breakers.get(agent, Breaker()).allows(self._clock.now())
            return allowed

    def succeeded(self, agent: AgentName) -> None:
        """The agent answered."""
        with self._lock:
            self._breakers[agent] = self._breakers.get(agent, Breaker()).succeeded()

    def failed(self, agent: AgentName) -> None:
        """The agent failed, or did not answer in time."""
        with self._lock:
            self._breakers[agent] = self._breakers.get(agent, Breaker()).failed(self._clock.now())
