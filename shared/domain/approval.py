"""An approval: what people were asked, what they said, and whether it still counts."""

from datetime import datetime, timedelta
from typing import Literal

from shared.domain import facts
from shared.domain.model import Model
from shared.domain.person import Role

MOST_REQUESTS = 2
"""In one attempt: policy may want another role or more people by the time that the first have said yes."""
DECIDING, DOING = timedelta(minutes=10), timedelta(minutes=30)
"""Until a vote is over; and the longest that lock, rehearsal and execution take after a yes."""


def ballots_last(wait: timedelta) -> timedelta:
    """How long ballots count where people are waited for so long: what a yes rests on outlives the asking."""
    return DECIDING + MOST_REQUESTS * wait + DOING


class Approval(Model):
    """One request in one attempt. What is said after its end, or about another proposal, changes nothing."""

    asked: facts.ApprovalRequested
    number: int = 1  # of the requests of this attempt
    by: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()  # those of them who are incident leads
    by_key: bool = False  # one of them with the operator's key
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


def evolve(approval: Approval, fact: facts.Fact, at: datetime, author: facts.Author) -> Approval:
    """The approval after a fact that was written at that time, and by that author.

    The reception has checked who speaks. Whoever holds the operator's key may write any name: they are one
    person, whatever they write.
    """
    by_key = author is facts.Author.OPERATOR
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
        case facts.ApprovalGranted() if fact.by not in approval.by and not (by_key and approval.by_key):
            leads = (*approval.leads, fact.by) if fact.role == Role.INCIDENT_LEAD else approval.leads
            yes = {"by": (*approval.by, fact.by), "leads": leads, "by_key": approval.by_key or by_key}
            return approval.model_copy(update=yes)
    return approval
