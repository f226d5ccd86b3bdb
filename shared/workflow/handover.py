"""Handing an incident to a human: why, in words for people, and with which suggestion."""

import json

from shared.domain.consensus import DecisionKind, Tally
from shared.domain.facts import ApprovalSuperseded, EscalatedToHuman
from shared.domain.incident import Incident


def handover(state: Incident, last: Tally | None, reason: str) -> EscalatedToHuman:
    """With the best supported remedy of the last count as a suggestion; never one that did harm."""
    wanted = last.suggestion if last else None
    harmed = state.rolled_back is not None or state.regressed is not None
    return EscalatedToHuman(
        reason=readable(reason),
        suggestion=state.poll().candidate(wanted) if wanted and not harmed else None,
        deadlock_resolved=last is not None and last.kind is DecisionKind.NONE,
    )


def superseded(state: Incident, reason: str) -> tuple[ApprovalSuperseded, ...]:
    """That what people were asked does not stand any more, if they still are: after a take-over, say."""
    if state.approval is None or not state.approval.open:
        return ()
    return (ApprovalSuperseded(request=state.approval.asked.request, reason=readable(reason)),)


def readable(reason: str) -> str:
    """A reason for people: of a Lambda's error (`State: Name {json}`) its own sentence, bounded."""
    said, brace, rest = reason.partition(" {")
    try:
        said = f"{said}: {json.loads(brace.strip() + rest)['errorMessage']}"
    except (ValueError, KeyError, TypeError):
        said = reason
    return said[:1_000]
