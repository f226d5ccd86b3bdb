"""Where there is nothing to ask."""

from shared.domain.proposal import Proposal
from shared.domain.runbook import Runbook
from shared.ports.permissions import Answer


class NoPermissions:
    """Says why it cannot say anything."""

    def __init__(self, why: str) -> None:
        self._why = why

    def simulate(self, _runbook: Runbook, _proposal: Proposal) -> tuple[Answer, str]:
        """`impossible`, and why."""
        return Answer.IMPOSSIBLE, self._why
