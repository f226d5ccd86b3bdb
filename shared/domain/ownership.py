"""Whose an incident is after the machine: the part of its state that people's facts change. Pure."""

from datetime import datetime

from shared.domain import facts
from shared.domain.events import Event
from shared.domain.facts.outcome import HumanOutcome, Result
from shared.domain.incident import BY_PEOPLE, Incident, Note, Owner, Status

_OF_AN_END = ("closed", "closed_at", "resolved_at", "resolution", "unneeded", "held")
"""What a reopened incident has not any more."""


def evolve(state: Incident, fact: facts.Fact, event: Event) -> dict[str, object]:
    """What changes by what people say, and by the machine's leaving it to them."""
    at = event.occurred_at
    match fact:
        case facts.HandedToPeople() if state.is_open:
            return {"handed": fact, "handed_at": at, "status": status(state, state.held)}
        case facts.TakenOver():
            held = state.held if state.owner else Owner(name=fact.by, since=at)
            owned = {"status": status(state, held)} if state.with_people else {}
            return {"taken": state.taken or fact, "held": held, **owned}
        case facts.HandedOn() if state.is_open:
            held = Owner(name=fact.to, team=fact.team, since=at, given_by=fact.by)
            return {"held": held, **({"status": status(state, held)} if state.with_people else {})}
        case facts.NoteAdded():
            note = Note(by=fact.by, text=fact.text, at=at, reference=fact.reference)
            return {"notes": (*state.notes, note)}
        case facts.ResolvedByPeople() if state.is_open:
            return {"status": Status.RESOLVED, "resolution": fact, **_did(state, fact, at)}
        case facts.IncidentReopened() if not state.is_open:
            return {**dict.fromkeys(_OF_AN_END), "reopened": fact, "status": status(state, None)}
        case HumanOutcome():
            return {"people": fact, **_ended_of_old(state, fact, at)}
    return {}


def status(state: Incident, held: Owner | None) -> Status:
    """Where an incident is that is with people: somebody's, or as the machine left it."""
    if held is not None and not held.team:
        return Status.OWNED
    return Status.ROLLED_BACK if state.rolled_back else Status.ESCALATED


def left(state: Incident, closed: facts.IncidentClosed, at: datetime) -> dict[str, object]:
    """What an older log's end says whose outcome left the incident with people: they were handed it then."""
    handed = facts.HandedToPeople(**closed.plain())
    return {"handed": handed, "handed_at": at, "status": status(state, state.held)}


def _did(state: Incident, fact: facts.ResolvedByPeople, at: datetime) -> dict[str, object]:
    """What remedies are graded by, if it was said which one they used."""
    if not fact.runbook:
        return {}
    ended = fact.over_at or (state.felt[-1].ends if state.felt else None) or at
    return {"people": HumanOutcome(did=fact.runbook, result=Result.HELPED, resolved_at=ended, by=fact.by)}


def _ended_of_old(state: Incident, said: HumanOutcome, at: datetime) -> dict[str, object]:
    """In an older log what people did, if it helped, was their end of what was handed to them."""
    handed = state.handed
    if handed is None or not state.is_open or said.result is not Result.HELPED:
        return {}
    closed = facts.IncidentClosed(**{**handed.plain(), "outcome": BY_PEOPLE})
    return {"closed": closed, "closed_at": at, "status": Status.CLOSED}
