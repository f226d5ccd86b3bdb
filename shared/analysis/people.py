"""What people did about an incident, as the change ledger and the metrics show it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.analysis.health import settled
from shared.domain.facts.outcome import OTHER, HumanOutcome, Result
from shared.domain.incident import Incident
from shared.domain.runbook import Runbook
from shared.domain.signal import Signal
from shared.ports.telemetry import Series

LOOKED_FOR = timedelta(hours=4)
"""How long after the decision people are watched: later changes belong to another matter."""

TELLS_OF = {
    "Update": "PutParameter",
    "SERVICE_DEPLOYMENT_IN_PROGRESS": "UpdateService",
    "SERVICE_DEPLOYMENT_COMPLETED": "UpdateService",
}
"""The call behind what a service announces itself; what comes from CloudTrail is a call's name."""


def well_at(series: Sequence[Series], split: datetime, since: datetime) -> datetime | None:
    """The first time after `since` at which nobody feels anything any more; None if there is none.

    Args:
        series: with a baseline, from before `split`.
    """
    times = sorted({at for each in series for at in each.times if at > since})
    return next((at for at in times if settled([_until(each, at) for each in series], split, since)), None)


def seen(
    state: Incident, changes: Iterable[Signal], well: datetime | None, books: Sequence[Runbook]
) -> HumanOutcome | None:
    """What people did, if it can be told without a guess: the last change before it was well again.

    None when nobody changed anything, when it is not well yet (whether that harmed, only people know), or
    when several runbooks could have made that change.
    """
    at = state.decided_at
    if at is None or well is None:
        return None
    before = [change for change in changes if at < change.at <= well]
    fitting = alike(before[-1], books) if before else frozenset()
    if not before or len(fitting) > 1:
        return None
    did = min(fitting, default=OTHER)
    return HumanOutcome(did=did, result=Result.HELPED, resolved_at=well, by="the change ledger")


def alike(change: Signal, books: Iterable[Runbook]) -> frozenset[str]:
    """The runbooks that make such a change: by the call that it names or tells of, on such a resource."""
    call = TELLS_OF.get(change.text, change.text)
    on_it = (book for book in books if re.fullmatch(book.target_pattern, change.resource))
    return frozenset(book.id for book in on_it if call in book.calls)


def _until(series: Series, end: datetime) -> Series:
    kept = sum(at <= end for at in series.times)
    return replace(series, times=series.times[:kept], values=series.values[:kept])
