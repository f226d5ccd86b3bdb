"""The projection: an incident's events in, its page out. Pure; the same log is always the same bytes."""

from collections.abc import Container, Mapping, Sequence
from datetime import timedelta

from shared.domain import facts
from shared.domain.events import Event, malformed
from shared.domain.folding import fold
from shared.domain.impact import own_cost
from shared.domain.incident import BY_PEOPLE, Incident
from shared.views.acting import doing, verdicts
from shared.views.believed import Believed
from shared.views.candidates import candidates, changes, disputed
from shared.views.documents import MTTR_TARGET_SECONDS, Page, Row, Spent
from shared.views.graph import nodes
from shared.views.parts import (
    CertificateView,
    Ignored,
    Moment,
    Quarantine,
    Said,
    Signature,
    Timing,
)
from shared.views.people import (
    acknowledged,
    approval_of,
    called,
    grades,
    notes,
    owners,
    people_of,
    resolution,
    taken_of,
    told_of,
)
from shared.views.reasons import reasons
from shared.views.remedy import shown
from shared.views.story import Line, story
from shared.views.voting import MOST_EVIDENCE, agents, fact_of, rounds

MOST_MOMENTS, MOST_TOLD, MOST_IGNORED = 200, 50, 50
DISTRUSTED = "its MAC or its hash does not hold: it is ignored"
TONES: Mapping[str, str] = {
    "green": "good",
    "bold green": "good",
    "red": "bad",
    "bold red": "bad",
    "yellow": "warning",
    "bold yellow": "warning",
    "bold": "loud",
    "dim": "quiet",
    "bold magenta": "action",
}


def project(events: Sequence[Event], ignored: Container[str] = frozenset()) -> Page:
    """The page of an incident.

    Args:
        events: the whole log, in order.
        ignored: ids of events that must not be believed: they stand in the timeline, with that fault.

    Raises:
        IncidentNotFound: there are no events, or the first that is believed opens no incident.
    """
    incident, log = fold(events, ignored), Believed.of(events, ignored)
    told = told_of(log)
    return Page(
        row=_row(incident, log),
        timeline=moments(events, ignored)[-MOST_MOMENTS:],
        timeline_total=len(events),
        symptoms=tuple(fact_of(one) for one in incident.opened.symptoms[:MOST_EVIDENCE]),
        nodes=nodes(incident),
        agents=agents(log, incident),
        rounds=rounds(log, incident),
        certificate=_certificate(log),
        verdicts=verdicts(log),
        approval=approval_of(log, incident),
        taken=taken_of(log),
        acknowledged=acknowledged(log),
        grades=grades(log),
        called=called(log),
        doing=doing(log, incident),
        suggestion=_suggestion(incident),
        reasons=reasons(log),
        quarantined=tuple(
            Quarantine(agent=one.agent, until=one.until, reason=one.reason, proof=one.proof[:20])
            for one in incident.quarantined.values()
        ),
        ignored=tuple(
            Ignored(event_id=one.event_id, author=one.author, reason=one.reason)
            for _, one in log.of_type(facts.AuthorRejected)
        )[-MOST_IGNORED:],
        told=told[-MOST_TOLD:],
        told_total=len(told),
        people=people_of(incident),
        owners=owners(log),
        notes=notes(incident),
        resolution=resolution(log, incident),
        candidates=candidates(incident),
        disputed=disputed(incident),
        changes=changes(incident),
        confidence={name: found.confidence for name, found in sorted(incident.findings.items())},
    )


def moments(events: Sequence[Event], ignored: Container[str] = frozenset()) -> tuple[Moment, ...]:
    """Every event with its words; what nobody believes, or no version of this code knows, with its fault."""
    return tuple(
        Moment(
            version=one.version,
            event_id=one.event_id,
            at=one.occurred_at,
            by=one.recorded_by,
            type=one.type,
            lines=() if one.event_id in ignored else _lines(said),
            fault=DISTRUSTED if one.event_id in ignored else malformed(one),
        )
        for one, said in zip(events, story(events), strict=True)
    )


def _lines(said: Sequence[Line]) -> tuple[Said, ...]:
    return tuple(Said(text=text, tone=TONES.get(style, "")) for text, style in said)


def _row(incident: Incident, log: Believed) -> Row:
    opened, ended, last = incident.opened, incident.machine_ended, incident.felt[-1]
    waits = incident.approval is not None and incident.approval.open and not incident.in_human_hands
    return Row(
        id=incident.id,
        version=incident.head.version,
        status=incident.status,
        closed=not incident.is_open,
        outcome=_outcome(incident),
        severity=incident.severity,
        classification=opened.classification,
        service=opened.service,
        application=opened.application,
        tier=opened.tier,
        summary=opened.summary,
        confidence=opened.confidence,
        decision=incident.decision,
        remedy=_suggestion(incident),
        waits_for_approval=waits,
        with_people=incident.with_people,
        taken_by=incident.owner,
        owner=incident.owner,
        team=incident.team,
        owned_since=incident.held.since if incident.held else None,
        felt=incident.is_felt,
        people_said=incident.people is not None or incident.resolution is not None,
        attempt=incident.attempt,
        detected_at=incident.detected_at,
        changed_at=incident.changed_at,
        timing=Timing(
            began_at=opened.started_at,
            detected_at=incident.detected_at,
            target_seconds=MTTR_TARGET_SECONDS,
            due_at=incident.detected_at + timedelta(seconds=MTTR_TARGET_SECONDS),
            decided_at=incident.decided_at,
            verified_at=incident.verified_at,
            resolved_at=incident.resolved_at,
            handed_at=incident.handed_at,
            closed_at=incident.closed_at,
        ),
        spent=Spent(
            began_at=opened.started_at,
            until=last.ends,
            felt=incident.felt,
            business_usd=incident.closed.business_usd if incident.closed else None,
            own_usd=ended.incident_usd if ended else f"{own_cost(incident.head.version):.4f}",
        ),
    )


def _outcome(incident: Incident) -> str | None:
    """How it ended, or how the machine left it; None: the machine is at it."""
    if incident.resolution is not None:
        return BY_PEOPLE
    return incident.machine_ended.outcome if incident.machine_ended else None


def _suggestion(incident: Incident) -> object:
    if incident.certificate is not None:
        return shown(incident.certificate.proposal)
    suggested = incident.escalation.suggestion if incident.escalation else None
    return shown(suggested) if suggested else None


def _certificate(log: Believed) -> CertificateView | None:
    found = log.last(facts.ConsensusReached)
    if found is None:
        return None
    at, fact = found
    certificate = fact.certificate
    return CertificateView(
        kind=certificate.kind,
        attempt=certificate.attempt,
        round=certificate.round,
        execution=certificate.execution,
        proposal=shown(certificate.proposal),
        ballots=tuple(
            Signature(
                agent=one.ballot.agent,
                choice=one.ballot.approves,
                confidence=one.ballot.confidence,
                digest=one.ballot.digest,
                mac=one.mac,
            )
            for one in certificate.ballots
        ),
        confidence=fact.aggregated_confidence,
        at=at,
    )
