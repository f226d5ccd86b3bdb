"""The words about an incident that people have: who has it, what they note, how they end it."""

from textwrap import wrap

from shared.agents.phrases import thought
from shared.domain import facts
from shared.domain.incident import Incident

FEW, LINE = 3, 290
"""Notes that whoever gets the incident reads at once, lines of what was done; characters of a line."""


def owned(incident: Incident, fact: facts.Fact) -> tuple[str, list[str]] | None:
    """Title and lines; None: the fact is about something else."""
    match fact:
        case facts.TakenOver(by=by, reason=reason):
            return f"{by} has taken over", [
                f"{by} says: {reason}" if reason else "",
                "The machine starts nothing more.",
                f"When it is over: commander resolve {incident.id}; to give it away: commander hand-on",
            ]
        case facts.HandedOn(by=by, to=to, team=team, reason=reason):
            return f"{by} hands it on to {'the team ' if team else ''}{to}", [
                f"{by} says: {reason}" if reason else "",
                thought(incident),
                *(f"Noted by {one.by}: {one.text}" for one in incident.notes[-FEW:]),
                f"To say that you have it: commander take {incident.id}",
            ]
        case facts.NoteAdded(by=by, text=text):
            return f"{by} notes", wrap(text, LINE)
        case facts.RecoverySeen(statement=statement):
            who = incident.owner or "somebody"
            return "It is not felt any more", [
                statement,
                f"It stays open until {who} says that it is over: commander resolve {incident.id}",
            ]
    return _ending(incident, fact)


def _ending(incident: Incident, fact: facts.Fact) -> tuple[str, list[str]] | None:
    match fact:
        case facts.ResolvedByPeople(by=by, did=did, cause=cause):
            return f"{by} has resolved it", [
                *wrap(f"Done: {did}", LINE)[:FEW],
                f"Cause: {cause}" if cause else "",
                "" if _seen_well(incident) else "Telemetry has not shown that yet: if it is back, reopen it.",
                f"If it is not over: commander reopen {incident.id}",
                f"Its review: commander review {incident.id}",
            ]
        case facts.IncidentReopened(by=by, reason=reason):
            return f"{by} has reopened it", [
                f"{by} says: {reason}" if reason else "",
                f"Nobody has it, and the machine starts nothing: commander take {incident.id}",
            ]
        case facts.AcknowledgementExpired(through=through):
            has_it = f"{incident.owner} has it." if incident.owner else "So people are called again."
            return "Nobody has come back to it", [
                f"It was seen through {through}, and that has timed out. {has_it}",
                thought(incident),
                f"To say that you have it: commander take {incident.id}",
            ]
    return None


def _seen_well(incident: Incident) -> bool:
    """Whether it was known to be over before somebody said so."""
    ends = incident.felt[-1].ends if incident.felt else None
    return ends is not None and ends < incident.changed_at
