"""Why it went as it did: every place at which the machine stopped, asked, or gave up."""

from collections.abc import Iterator

from shared.domain import facts
from shared.views.believed import Believed
from shared.views.parts import Reason


def reasons(log: Believed) -> tuple[Reason, ...]:
    """Oldest first."""
    return tuple(
        Reason(about=about, at=event.occurred_at, says=says)
        for event, fact in log.pairs
        for about, says in _said(fact)
        if says
    )


def _said(fact: facts.Fact) -> Iterator[tuple[str, str]]:  # noqa: C901 - one arm an event
    match fact:
        case facts.ActionWithheld(reasons=why):
            yield from (("withheld", one) for one in why)
        case facts.ApprovalRequested(reasons=why):
            yield from (("asked", one) for one in why)
        case facts.ApprovalDenied(reason=reason, by=by):
            yield "denied", f"{by}: {reason}" if reason else by
        case facts.EscalatedToHuman(reason=reason):
            yield "escalated", reason.replace("_", " ")
        case facts.AttemptAbandoned(reason=reason):
            yield "abandoned", reason.replace("_", " ")
        case facts.NotNeeded(statement=statement):
            yield "not_needed", statement
        case facts.RehearsalFailed(reason=reason):
            yield "stopped", reason
        case facts.TargetBusy(key=key, owner=owner):
            yield "stopped", f"{key} is changed by {owner}"
        case facts.ActionFailed(reason=reason):
            yield "failed", reason
