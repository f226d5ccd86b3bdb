"""How each agent stands, as all instances see it: quarantine, how its ballots fared, and its breaker."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import Field

from shared.domain.ballot import Ballot
from shared.domain.breaker import Breaker
from shared.domain.model import AgentName, Model, Name, Thousandths, Utc

KEPT = 200
"""Ballots an agent."""
LONGEST_QUARANTINE = timedelta(hours=24)
REASON_LENGTH = 1_000
"""Characters that are kept of the reason of a quarantine."""


class PastBallot(Model):
    """How an agent voted in one attempt of an incident: the ballot of the last round that it took part in.

    Earlier rounds are about the same question: they would be counted as observations that they are not.
    """

    at: Utc
    incident_id: Name
    attempt: int = Field(ge=1)
    round: int = Field(ge=1)
    confidence: Thousandths
    choice: str | None = Field(default=None, max_length=64, description="digest it approved; None abstained")
    outcome: bool | None = Field(default=None, description="whether what it approved was run and verified")

    @property
    def approved(self) -> bool:
        """Whether it was an approval."""
        return self.choice is not None


class Standing(Protocol):
    """Every change is atomic: two that meet are both kept."""

    def quarantine(self, agent: AgentName, until: datetime, reason: str) -> bool:
        """Count no ballot of the agent until then, at most 24 hours from now.

        False, and nothing changes, when it is quarantined for as long already or `until` has passed.

        Raises:
            PortError: nothing is known to be written.
        """
        ...

    def quarantined(self, now: datetime) -> Mapping[AgentName, str]:
        """The agents quarantined at `now`, each with the reason; read consistently.

        A quarantine that cannot be read counts as one, and says so: only `release` ends it.
        """
        ...

    def release(self, agent: AgentName) -> None:
        """End the agent's quarantine, on the word of an operator."""
        ...

    def note(self, ballot: Ballot, at: datetime) -> None:
        """Remember a ballot that was counted, of the last 200 attempts; noting it again changes nothing.

        Raises:
            PortError: nothing is known to be written, or the history cannot be read.
        """
        ...

    def settle(self, incident_id: str, attempt: int, proposal: str, outcome: bool) -> None:
        """Say of everybody who approved this proposal in this attempt whether they were right.

        Who approved another or abstained is not judged. The first outcome stays.

        Raises:
            PortError: some may be settled; settling again completes it.
        """
        ...

    def history(self, agent: AgentName) -> Sequence[PastBallot]:
        """The agent's last ballots, oldest first, at most one an attempt."""
        ...

    def breaker(self, agent: AgentName) -> Breaker:
        """The agent's breaker; one that cannot be read is a closed one, and the next change replaces it."""
        ...

    def allows(self, agent: AgentName) -> bool:
        """Whether the agent may be asked now; a trial is counted."""
        ...

    def succeeded(self, agent: AgentName) -> None:
        """The agent answered."""
        ...

    def failed(self, agent: AgentName) -> None:
        """The agent failed, or did not answer in time."""
        ...


def bounded(until: datetime, now: datetime) -> datetime | None:
    """When a quarantine asked for until then ends; None when that has passed."""
    return min(until, now + LONGEST_QUARANTINE) if until > now else None


def noted(history: Sequence[PastBallot], ballot: Ballot, at: datetime) -> tuple[PastBallot, ...]:
    """The history with this ballot; as it was when it has one as late of that attempt, or a settled one."""
    past = PastBallot(
        at=at,
        incident_id=ballot.incident_id,
        attempt=ballot.attempt,
        round=ballot.round,
        confidence=ballot.confidence,
        choice=ballot.approves,
    )
    others = []
    for one in history:
        if (one.incident_id, one.attempt) != (past.incident_id, past.attempt):
            others.append(one)
        elif one.round >= past.round or one.outcome is not None:
            return tuple(history)
    ordered = sorted([*others, past], key=lambda one: (one.at, one.incident_id, one.attempt))
    return tuple(ordered[-KEPT:])


def settled(
    history: Sequence[PastBallot], incident_id: str, attempt: int, proposal: str, outcome: bool
) -> tuple[PastBallot, ...]:
    """The history with the outcome of an approval, if there is one that has none yet."""
    approval = (incident_id, attempt, proposal)
    return tuple(
        one.model_copy(update={"outcome": outcome})
        if one.outcome is None and (one.incident_id, one.attempt, one.choice) == approval
        else one
        for one in history
    )
