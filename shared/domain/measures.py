"""What an incident means for the business, as numbers, when it begins and when it ends."""

from shared.domain.events import Event
from shared.domain.facts import IncidentClosed, IncidentDetected
from shared.domain.gauge import Gauge
from shared.domain.incident import Incident

OPENED, SECONDS, LOSS, SPENT, ALONE = "Opened", "SecondsToResolve", "BusinessUsd", "SpentUsd", "ActedAlone"
OUTCOMES = {
    "resolved": "Resolved",
    "rolled_back": "RolledBack",
    "escalated": "Escalated",
    "observed": "Observed",
}
"""How an incident ended -> the counter that it moves."""


def measured(event: Event, state: Incident) -> tuple[Gauge, ...]:
    """What an event of a log adds, given the log as it is believed; what is not believed adds nothing.

    `ActedAlone` is 1 or 0, and is said of incidents in which something was done: its average is the share of
    autonomy.
    """
    match event.fact:
        case IncidentDetected() as opened if opened == state.opened:
            return (Gauge(name=OPENED, value=1),)
        case IncidentClosed() as closed if closed == state.closed:
            return _ended(closed, state)
    return ()


def _ended(closed: IncidentClosed, state: Incident) -> tuple[Gauge, ...]:
    found = [
        Gauge(name=OUTCOMES.get(closed.outcome, "Observed"), value=1),
        Gauge(name=LOSS, value=float(closed.business_usd)),
        Gauge(name=SPENT, value=float(closed.incident_usd)),
    ]
    if closed.outcome == "resolved" and state.verified_at is not None:
        seconds = (state.verified_at - state.opened.started_at).total_seconds()
        found.append(Gauge(name=SECONDS, value=max(0.0, seconds)))
    if state.actions:
        asked = state.approval is not None and bool(state.approval.by)
        found.append(Gauge(name=ALONE, value=0 if asked else 1))
    return tuple(found)
