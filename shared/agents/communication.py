"""Communication: the words in which people hear of an incident. It has no vote; no model writes for it."""

from shared.agents.ownership_phrases import owned
from shared.agents.phrases import (
    MOST_LINE,
    MOST_LINES,
    MOST_TITLE,
    cost,
    enough,
    how_to_stop,
    hurt,
    joined,
    remedy,
    thought,
    titled,
    values,
    voted,
)
from shared.domain import facts
from shared.domain.events import Event, malformed
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.money import written
from shared.domain.plain_text import sanitised
from shared.domain.service import ServiceCatalogue
from shared.domain.undone import undone
from shared.ports.channel import Message
from shared.runbooks.catalogue import remedies

NAME = AgentName.COMMUNICATION
TOLD = (
    facts.IncidentDetected,
    facts.SignalCorrelated,
    facts.AlarmDismissed,
    facts.AgentQuarantined,
    facts.ConsensusReached,
    facts.ActionWithheld,
    facts.ApprovalRequested,
    facts.ApprovalGranted,
    facts.Acknowledged,
    facts.LevelCalled,
    facts.SeverityChanged,
    facts.TakenOver,
    facts.ActionStarted,
    facts.ActionFailed,
    facts.RemedyVerified,
    facts.RegressionDetected,
    facts.RolledBack,
    facts.AttemptAbandoned,
    facts.NotNeeded,
    facts.EscalatedToHuman,
    facts.IncidentResolved,
    facts.HandedOn,
    facts.NoteAdded,
    facts.RecoverySeen,
    facts.ResolvedByPeople,
    facts.IncidentReopened,
    facts.AcknowledgementExpired,
)
"""What people hear of; everything else is in the log for who asks."""
FEW = 4
"""Of a list in a message."""
Words = tuple[str, list[str]]
"""Title and lines."""


def tells(event: Event) -> bool:
    """Whether people hear of this event: never of what nobody believes, or of what says nothing new."""
    if event.type not in {fact.__name__ for fact in TOLD} or malformed(event) is not None:
        return False
    return not isinstance(event.fact, facts.SignalCorrelated) or event.fact.announced


def compose(incident: Incident, event: Event, catalogue: ServiceCatalogue) -> Message:
    """The message about one event of an incident: plain text, bounded, for somebody who was just woken.

    Args:
        incident: as it was after the event.
    """
    fact = event.fact
    title, lines = (
        _beginning(incident, fact)
        or _permission(incident, fact)
        or _action(incident, fact)
        or _end(incident, fact)
        or owned(incident, fact)
        or (event.type, [])
    )
    if not isinstance(fact, facts.AgentQuarantined | facts.IncidentResolved | facts.NotNeeded):
        lines = [*lines[: MOST_LINES - 1], cost(incident, catalogue, event.occurred_at)]
    if isinstance(fact, facts.IncidentDetected | facts.EscalatedToHuman):
        lines = [hurt(incident, catalogue), *lines]
    return Message(
        incident_id=incident.id,
        title=sanitised(title, MOST_TITLE),
        lines=tuple(sanitised(one, MOST_LINE) for one in lines if one)[:MOST_LINES],
        severity=incident.severity,
        opening=_opening(incident, catalogue),
    )


def plainly(incident: Incident, event: Event) -> Message:
    """The message about an event for which the words failed: nothing in it is computed, so it cannot fail."""
    return Message(
        incident_id=incident.id,
        title=event.type,
        lines=(
            f"{incident.id} is {incident.status}; it happened at {event.occurred_at:%Y-%m-%d %H:%M:%S} UTC.",
            f"Its words failed, and nothing waits for them. Everything: commander explain {incident.id}",
        ),
        severity=incident.severity,
    )


def _opening(incident: Incident, catalogue: ServiceCatalogue) -> tuple[str, ...]:
    """How it began, in a title and lines that stay true: they stand under whatever is the latest news."""
    began = incident.opened
    lines = (
        began.summary,
        hurt(incident, catalogue),
        *(f"Seen: {one.statement}" for one in began.symptoms[:FEW]),
        f"Began at {began.started_at:%H:%M:%S} UTC",
    )
    return (sanitised(lines[0], MOST_TITLE), *(sanitised(one, MOST_LINE) for one in lines[1:]))


def _beginning(incident: Incident, fact: facts.Fact) -> Words | None:
    match fact:
        case facts.IncidentDetected(signal=signal, symptoms=symptoms, summary=summary):
            alarm = signal.attributes.get("alarm")
            return summary, [
                thought(incident),
                *(f"Seen: {one.statement}" for one in symptoms[:FEW]),
                f"Alarm: {alarm}" if alarm else "",
                "Next: four agents look for the cause and vote; you hear what runs, or that people decide.",
                how_to_stop(incident),
            ]
        case facts.SignalCorrelated(signal=signal):
            return joined(incident, signal)
        case facts.AgentQuarantined(agent=agent, until=until, reason=reason):
            told = f"Its ballots do not count until {until:%H:%M} UTC."
            return f"The {agent} agent is quarantined", [reason, told]
        case facts.ConsensusReached(certificate=certificate):
            how = certificate.kind.replace("_", " ")
            return f"Decided: {titled(certificate.proposal)}", [
                values(certificate.proposal),
                thought(incident),
                f"Decided by {how}: {enough(incident.tallied)}",
                *(
                    voted(one.ballot.agent, one.ballot.approves, one.ballot.confidence, incident)
                    for one in certificate.ballots
                ),
                "Next: this stage's rules permit it, ask a person, or withhold it.",
                how_to_stop(incident),
            ]
    return None


def _permission(incident: Incident, fact: facts.Fact) -> Words | None:
    match fact:
        case facts.ActionWithheld(proposal=proposal, reasons=reasons):
            return "Nothing is executed", [f"It would have been: {remedy(proposal)}", *reasons[:FEW]]
        case facts.ApprovalRequested(proposal=proposal, needed=needed) as asked:
            people = "One person" if needed == 1 else f"{needed} different people"
            return "Your approval is needed", [
                remedy(proposal),
                thought(incident),
                *(f"It would change {one}" for one in asked.preview[:FEW]),
                f"It may touch: {', '.join(asked.blast_radius)}",
                f"Undo: {asked.undo}",
                f"{people} ({asked.role.replace('_', ' ')}) must approve by {asked.expires_at:%H:%M:%S} UTC, "
                f"or it is not done: commander approve {incident.id} --digest {proposal.digest[:12]}",
                f"To refuse it: commander deny {incident.id}",
            ]
        case facts.SeverityChanged(severity=severity, by=by, reason=reason):
            return f"It is graded {severity} now", [
                f"{by} says: {reason}",
                f"Detection had graded it {incident.opened.severity}.",
                "Who is told, and how urgently, follows from it; what a minute costs does not.",
                how_to_stop(incident),
            ]
    return _answer(incident, fact)


def _answer(incident: Incident, fact: facts.Fact) -> Words | None:
    match fact:
        case facts.ApprovalGranted(by=by):
            asked = incident.approval
            left = asked.asked.needed - len(asked.by) if asked else 0
            return f"{by} has approved it", [
                remedy(asked.asked.proposal) if asked else "",
                f"{left} more must approve."
                if left > 0
                else "Next: policy looks at it again, then it is done.",
                how_to_stop(incident),
            ]
        case facts.Acknowledged(by=by, through=through, over=over):
            return f"{by} has seen it", [
                f"Said through {through}, where the page is closed." if over else f"Said through {through}.",
                "Nobody has it yet."
                if incident.with_people
                else "The machine goes on until somebody takes it.",
                how_to_stop(incident),
            ]
        case facts.LevelCalled(team=team, people=()):
            return "Nobody has answered, and nobody is left to call", [
                f"Every level of {team} was called.",
                thought(incident),
                f"To say that you have seen it: commander acknowledge {incident.id}",
                how_to_stop(incident),
            ]
        case facts.LevelCalled(team=team, level=level, people=people):
            return f"Nobody has answered: level {level} of {team} is called", [
                f"Called: {', '.join(people)}",
                thought(incident),
                f"To say that you have seen it: commander acknowledge {incident.id}",
                how_to_stop(incident),
            ]
    return None


def _action(incident: Incident, fact: facts.Fact) -> Words | None:
    match fact:
        case facts.ActionStarted(undo=True, known_good=known_good, proposal=proposal):
            back = "what it was when it was last seen to be good" if known_good else "what was there before"
            return "Undoing the remedy", [f"{titled(proposal)}: back to {back}"]
        case facts.ActionStarted(proposal=proposal):
            inverse = remedies()[proposal.runbook].runbook.inverse if proposal.runbook in remedies() else None
            back = f"{inverse} puts back what was there before" if inverse else "there is nothing to put back"
            return f"Acting now: {titled(proposal)}", [
                f"On {proposal.target}",
                values(proposal),
                thought(incident),
                f"If it does not help it is undone: {back}.",
                f"{how_to_stop(incident)}. What runs is stopped, and undoing it is then yours.",
            ]
        case facts.ActionFailed(reason=reason):
            return "The action failed", [reason]
        case facts.RemedyVerified(statement=statement):
            done = incident.action(undo=False)
            watched = "It is watched for a while longer, and undone if it comes back."
            return "It worked so far", [f"Done: {remedy(done.proposal)}" if done else "", statement, watched]
        case facts.RegressionDetected(statement=statement):
            return "The remedy did not help", [statement, "It is being undone."]
        case facts.RolledBack(restored=restored, differences=differences, known_good=known_good):
            told = undone(incident, restored=restored, known_good=known_good)
            return "Rolled back", [f"{told[0].upper()}{told[1:]}.", *differences[:FEW]]
    return None


def _end(incident: Incident, fact: facts.Fact) -> Words | None:
    match fact:
        case facts.AttemptAbandoned(reason=reason):
            return "Another attempt begins", [reason.replace("_", " "), how_to_stop(incident)]
        case facts.NotNeeded(statement=statement):
            return "Nothing was done: it went away by itself", [statement]
        case facts.EscalatedToHuman(reason=reason, suggestion=suggestion):
            return "A human must decide", [
                f"Reason: {reason.replace('_', ' ')}",
                thought(incident),
                f"The best supported remedy, only a suggestion: {remedy(suggestion)}" if suggestion else "",
                f"The machine starts nothing more. Everything that is known: commander explain {incident.id}",
                "" if incident.owner else f"Nobody has it yet: commander take {incident.id}",
            ]
        case facts.IncidentResolved(business_usd=business, incident_usd=own):
            done = incident.action(undo=False)
            return "Resolved", [
                f"Done: {remedy(done.proposal)}" if done else "",
                f"It cost about {written(business)}, and ${own} of AWS calls to resolve.",
                f"Its review: commander review {incident.id}",
            ]
    return None
