"""A ballot: one agent's choice in one round, bound to everything that a replay would have to change."""

from functools import cached_property

from pydantic import Field

from shared.domain.model import AgentName, Model, Name, Thousandths, Utc, digest

ABSTAIN_BELOW = 500
"""A ballot with less confidence than this counts as an abstention."""


class Ballot(Model):
    """A choice (a proposal's digest) or an abstention (None), with its reasons."""

    agent: AgentName
    incident_id: Name
    attempt: int = Field(ge=1)
    round: int = Field(ge=1)
    execution: Name = Field(description="name of the state machine execution that asked")
    answers: str = Field(default="", max_length=64, description="hash of the VoteOpened that it answers")
    choice: str | None = Field(default=None, description="digest of a frozen candidate; None abstains")
    confidence: Thousandths
    reasoning: str = Field(max_length=2_000)
    evidence: tuple[str, ...] = Field(default=(), max_length=20, description="ids of facts in the log")
    risk_level: str = "low"
    expected_seconds: int = Field(default=0, ge=0)
    rollback_plan: str = ""
    expires_at: Utc

    @cached_property
    def digest(self) -> str:
        """What the agent's key MACs: every field, so that nothing can be replayed elsewhere.

        Ballots from before rounds had a hash to name keep the digest that they had.
        """
        return digest({name: value for name, value in self.plain().items() if name != "answers" or value})

    @property
    def approves(self) -> str | None:
        """The digest that this ballot supports, if it supports any."""
        return self.choice if self.confidence >= ABSTAIN_BELOW else None


class SignedBallot(Model):
    """A ballot and the MAC of its digest under the agent's own key."""

    ballot: Ballot
    mac: str
