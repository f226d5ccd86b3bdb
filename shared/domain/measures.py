"""What an incident means for the business, as numbers, when it begins and when it ends."""

from shared.domain.events import Event
from shared.domain.facts import HandedToPeople, IncidentClosed, IncidentDetected
from shared.domain.gauge import Gauge
from shared.domain.incident import BY_PEOPLE, Incident

OPENED, SECONDS, LOSS, SPENT, ALONE = "Opened", "SecondsToResolve", "BusinessUsd", "SpentUsd", "ActedAlone"
OUTCOMES = {
    "resolved": "Resolved",
    "rolled_back": "RolledBack",
    "escalated": "Escalated",
    "observed": "Observed",
    BY_PEOPLE: "ResolvedByPeople",
}
"""How an incident, or the machine's part of it, ended -> the counter that it moves."""


def measured(event: Event, state: Incident) -> tuple[Gauge, ...]:
    """What an event of a log adds, given the log as it is believed; what is not believed adds nothing.

    `ActedAlone` is 1 or 0, and is said of incidents in which something was done: its average is the share of
    autonomy.
    """
    match event.fact:
        case IncidentDetected() as opened if opened == state.opened:
            return (Gauge(name=OPENED, value=1),)
        case HandedToPeople() as handed if handed == state.handed:
            return (_outcome(handed), *_alone(state))
        case IncidentClosed(outcome=outcome) as closed if closed == state.closed and outcome == BY_PEOPLE:
            return (_outcome(closed), *_money(closed))
        case IncidentClosed() as closed if closed == state.closed:
            return (_outcome(closed), *_money(closed), *_cured(closed, state), *_alone(state))
    return ()


def _outcome(ended: HandedToPeople | IncidentClosed) -> Gauge:
    return Gauge(name=OUTCOMES.get(ended.outcome, "Observed"), value=1)


def _money(closed: IncidentClosed) -> tuple[Gauge, ...]:
    """Once an incident, at its end: what is with people still runs."""
    loss = Gauge(name=LOSS, value=float(closed.business_usd))
    return (loss, Gauge(name=SPENT, value=float(closed.incident_usd)))


def _cured(closed: IncidentClosed, state: Incident) -> tuple[Gauge, ...]:
    if closed.outcome != "resolved" or state.verified_at is None:
        return ()
    seconds = (state.verified_at - state.opened.started_at).total_seconds()
    return (Gauge(name=SECONDS, value=max(0.0, seconds)),)


def _alone(state: Incident) -> tuple[Gauge, ...]:
    asked = state.approval is not None and bool(state.approval.by)
    return (Gauge(name=ALONE, value=0 if asked else 1),) if state.actions else ()
