"""Why somebody's answer does not count: what the request, or the incident, has become meanwhile."""

from datetime import datetime

from shared.domain.answer import Outcome
from shared.domain.approval import Approval
from shared.domain.identity import Speaker
from shared.domain.incident import Incident

Refusal = tuple[Outcome, str]
"""Or that it was so before; with its sentence."""


def refused(
    state: Incident, by: Speaker, answered: tuple[str, str], now: datetime, *, no: bool
) -> Refusal | None:
    """Why this answer does not count, if it does not; that they may answer at all is another question.

    Args:
        answered: the request, and the digest of the proposal that they were shown.
        no: they deny it.
    """
    approval = state.approval
    if approval is None or (approval.asked.request, approval.asked.proposal.digest) != answered:
        return Outcome.SUPERSEDED, _asked_now(state)
    return _ended(state, approval, by, no=no) or _overtaken(state, approval, now)


def _ended(state: Incident, approval: Approval, by: Speaker, *, no: bool) -> Refusal | None:
    """What a request ended with; None while it is open."""
    if approval.ended == "denied":
        ours = no and by.among((approval.denied_by,))
        return (
            (Outcome.ALREADY, "you denied it already")
            if ours
            else (Outcome.TOO_LATE, f"{approval.denied_by} has denied it, so nothing is done")
        )
    if approval.ended == "expired":
        return Outcome.TOO_LATE, f"too late: it expired at {stamped(approval.asked.expires_at)}"
    if approval.ended == "superseded":
        return Outcome.SUPERSEDED, _asked_now(state)
    if no:
        granted = f"too late: {approved(approval)}; take it over, and nothing more is started"
        return (Outcome.TOO_LATE, granted) if approval.granted else None
    if by.among(approval.by):
        return Outcome.ALREADY, f"you approved it already; {approved(approval)}"
    return (Outcome.ALREADY, f"{approved(approval)} already") if approval.granted else None


def _overtaken(state: Incident, approval: Approval, now: datetime) -> Refusal | None:
    if state.taken is not None:
        return Outcome.TOO_LATE, f"{state.taken.by} has taken over, so nothing is started"
    if state.in_human_hands:
        return Outcome.TOO_LATE, "it is with people already, so nothing is started"
    if now >= approval.asked.expires_at:
        return Outcome.TOO_LATE, f"too late: it expired at {stamped(approval.asked.expires_at)}"
    return None


def approved(approval: Approval) -> str:
    """By whom, and how many more must."""
    left = approval.asked.needed - len(approval.by)
    return f"approved by {', '.join(approval.by)}" + (f"; {left} more must approve" if left > 0 else "")


def _asked_now(state: Incident) -> str:
    approval = state.approval
    if approval is not None and approval.open and not state.in_human_hands:
        proposal = approval.asked.proposal
        return f"that is not what is asked now: it is {proposal.runbook} ({proposal.digest[:12]})"
    return f"that is not asked any more; nothing waits for approval, and it is {state.status.value}"


def holder(person: str, by: Speaker) -> str:
    """Who has it, for who asks."""
    return "you have" if by.among((person,)) else f"{person} has"


def over(state: Incident) -> str:
    """That it is over, and what can still be done about that."""
    who = f"{state.resolution.by} resolved it" if state.resolution else "the machine closed it"
    how = f" as {state.closed.outcome.replace('_', ' ')}" if state.closed else ""
    return f"it is over: {who}{'' if state.resolution else how}; reopen it if it is not"


def running(state: Incident) -> str:
    """What still runs, as the rest of a sentence."""
    action = next((one for one in state.actions if one.ended_at is None), None)
    return f"; {action.proposal.runbook} on {action.proposal.target} still runs" if action else ""


def stamped(at: datetime) -> str:
    """A time in a sentence."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
