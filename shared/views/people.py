"""What people were asked about an incident, what they said, and who was told."""

from shared.domain import facts
from shared.domain.incident import Incident
from shared.views.believed import Believed
from shared.views.people_parts import (
    Acknowledgement,
    ApprovalView,
    Called,
    Grade,
    NoteView,
    OwnerChange,
    People,
    ResolutionView,
    Taken,
    Told,
)
from shared.views.remedy import shown

MOST, MOST_SAID = 20, 50


def approval_of(log: Believed, incident: Incident) -> ApprovalView | None:
    """What people are, or were, asked last in this attempt."""
    last = log.last(facts.ApprovalRequested)
    approval = incident.approval
    if last is None or approval is None:
        return None
    asked = approval.asked
    return ApprovalView(
        request=asked.request,
        state=approval.ended or ("granted" if approval.granted else "open"),
        proposal=shown(asked.proposal),
        needed=asked.needed,
        role=asked.role,
        by=approval.by,
        denied_by=approval.denied_by,
        asked_at=last[0],
        expires_at=asked.expires_at,
        preview=asked.preview,
        blast_radius=asked.blast_radius,
        undo=asked.undo,
        cost_per_minute=asked.cost_per_minute,
        reasons=asked.reasons,
    )


def taken_of(log: Believed) -> Taken | None:
    """Who has it: the first who said so."""
    first = next(iter(log.of_type(facts.TakenOver)), None)
    return Taken(by=first[1].by, reason=first[1].reason, at=first[0]) if first else None


def owners(log: Believed) -> tuple[OwnerChange, ...]:
    """Who had it when, oldest first; a second taking of what somebody has changes nothing."""
    found: list[OwnerChange] = []
    held = ""
    for event, fact in log.pairs:
        match fact:
            case facts.TakenOver(by=by, reason=reason) if not held or held == by:
                to, team, what = by, False, "taken"
            case facts.HandedOn(by=by, to=to, team=team, reason=reason):
                what = "handed_on"
            case facts.IncidentReopened(by=by, reason=reason):
                to, team, what = "", False, "reopened"
            case facts.AcknowledgementExpired(through=by):
                to, team, what, reason = held, False, "timed_out", ""
            case _:
                continue
        held = "" if team else to
        found.append(OwnerChange(at=event.occurred_at, what=what, by=by, to=to, team=team, reason=reason))
    return tuple(found[-MOST_SAID:])


def notes(incident: Incident) -> tuple[NoteView, ...]:
    """What people noted."""
    return tuple(NoteView(at=one.at, by=one.by, text=one.text) for one in incident.notes[-MOST_SAID:])


def resolution(log: Believed, incident: Incident) -> ResolutionView | None:
    """How people ended it; None: it is open, or the machine did."""
    said = incident.resolution
    last = log.last(facts.ResolvedByPeople)
    if said is None or last is None:
        return None
    return ResolutionView(
        at=last[0], by=said.by, did=said.did, runbook=said.runbook, cause=said.cause, over_at=said.over_at
    )


def acknowledged(log: Believed) -> tuple[Acknowledgement, ...]:
    """Who has seen it."""
    return tuple(
        Acknowledgement(by=one.by, through=one.through, at=at, over=one.over)
        for at, one in log.of_type(facts.Acknowledged)
    )[-MOST:]


def grades(log: Believed) -> tuple[Grade, ...]:
    """Who graded it, and why."""
    return tuple(
        Grade(severity=one.severity, by=one.by, reason=one.reason, at=at)
        for at, one in log.of_type(facts.SeverityChanged)
    )[-MOST:]


def called(log: Believed) -> tuple[Called, ...]:
    """The levels that were called since nobody had acknowledged."""
    return tuple(
        Called(team=one.team, level=one.level, people=one.people, at=at)
        for at, one in log.of_type(facts.LevelCalled)
    )[-MOST:]


def told_of(log: Believed) -> tuple[Told, ...]:
    """Everybody who was told of something, or could not be, oldest first."""
    found = []
    for event, fact in log.pairs:
        match fact:
            case facts.NotificationSent():
                about, failed = fact.about, ""
            case facts.NotificationFailed():
                about, failed = "", fact.reason
            case _:
                continue
        found.append(
            Told(
                at=event.occurred_at,
                channel=fact.channel,
                recipient=fact.recipient,
                about=about,
                version=fact.version,
                failed=failed,
            )
        )
    return tuple(found)


def people_of(incident: Incident) -> People | None:
    """What people did themselves."""
    said = incident.people
    if said is None:
        return None
    return People(did=said.did, result=said.result.value, by=said.by, resolved_at=said.resolved_at)
