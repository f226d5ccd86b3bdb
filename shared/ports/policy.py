"""Policy: what may be executed, decided by rules that somebody can read."""

from collections.abc import Sequence
from typing import Protocol

from shared.domain.policy import PolicyRequest, Rule, Verdict


class PolicyEngine(Protocol):
    """Decides by the rules; what none of them permits is denied."""

    @property
    def rules(self) -> Sequence[Rule]:
        """Every rule, by id."""
        ...

    def decide(self, request: PolicyRequest) -> Verdict:
        """Whether the action may be executed now, or with how many approvals; never raises, it denies."""
        ...
