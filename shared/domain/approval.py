"""An approval: what people were asked, what they said, and whether it still counts."""

from datetime import datetime
from typing import Literal

from shared.domain import facts
from shared.domain.model import Model


class Approval(Model):
    """One request in one attempt. What is said after its end, or about another proposal, changes nothing."""

    asked: facts.ApprovalRequested
    by: tuple[str, ...] = ()
    denied_by: str = ""
    ended: Literal["", "denied", "expired", "superseded"] = ""

    @property
    def granted(self) -> bool:
        """Whether enough different people said yes, and nobody no."""
        return not self.ended and len(self.by) >= self.asked.needed

    @property
    def open(self) -> bool:
        """Whether an answer is still waited for."""
        return not self.ended and not self.granted


def evolve(approval: Approval, fact: facts.Fact, at: datetime) -> Approval:
    """The approval after a fact that was written at that time."""
    if approval.ended or getattr(fact, "request", None) != approval.asked.request:
        return approval
    match fact:
        case facts.ApprovalExpired():
            return approval.model_copy(update={"ended": "expired"})
        case facts.ApprovalSuperseded():
            return approval.model_copy(update={"ended": "superseded"})
        case facts.ApprovalGranted() | facts.ApprovalDenied() if (
            fact.digest != approval.asked.proposal.digest or at >= approval.asked.expires_at
        ):
            return approval
        case facts.ApprovalDenied():
            return approval.model_copy(update={"ended": "denied", "denied_by": fact.by})
        case facts.ApprovalGranted() if fact.by not in approval.by:
            return approval.model_copy(update={"by": (*approval.by, fact.by)})
    return approval
