"""The reasoning trace of an incident, as one object: everything that its log says about the decision."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from shared.domain.events import Event, malformed
from shared.domain.evidence import Evidence
from shared.domain.facts import (
    ActionAuthorised,
    ActionRehearsed,
    ActionWithheld,
    AgentQuarantined,
    ApprovalDenied,
    ApprovalGranted,
    ApprovalRequested,
    AuthorRejected,
    BallotCast,
    BallotsTallied,
    CredentialsIssued,
    Fact,
    FindingsSubmitted,
    IncidentDetected,
    NotNeeded,
    RehearsalFailed,
    SeverityChanged,
    VoteOpened,
)
from shared.domain.folding import fold
from shared.domain.incident import Incident
from shared.domain.model import VOTERS
from shared.views.reasoning import reasoning
from shared.views.story import story


def trace(events: Sequence[Event], spans: Mapping[str, bytes] = MappingProxyType({})) -> dict[str, Any]:
    """What `commander explain --json` prints.

    Args:
        spans: the traces that the log names, by digest.

    Raises:
        IncidentNotFound: there is nothing to explain.
    """
    incident = fold(events)
    certificate = incident.certificate
    return {
        "incident_id": incident.id,
        "status": incident.status.value,
        "summary": incident.opened.summary,
        "classification": incident.opened.classification,
        "severity": incident.severity,
        "owner": incident.owner,
        "team": incident.team,
        "graded": _of(events, SeverityChanged),
        "decision": incident.decision.value,
        "findings": [_findings(incident, agent) for agent in VOTERS],
        "rounds": _rounds(events, incident),
        "quarantined": _of(events, AgentQuarantined),
        "ignored": _of(events, AuthorRejected),
        "malformed": [
            {"event_id": one.event_id, "reason": malformed(one)} for one in events if malformed(one)
        ],
        "certificate": certificate.plain() if certificate else None,
        "permission": _of(
            events, ActionAuthorised, ActionWithheld, ApprovalRequested, ApprovalGranted, ApprovalDenied
        ),
        "rehearsal": _of(events, ActionRehearsed, RehearsalFailed, NotNeeded),
        "credentials": _of(events, CredentialsIssued),
        "escalation": incident.escalation.plain() if incident.escalation else None,
        "actions": [one.model_dump(mode="json") for one in incident.actions],
        "rolled_back": incident.rolled_back.plain() if incident.rolled_back else None,
        "closed": incident.closed.plain() if incident.closed else None,
        "timeline": [
            {
                "version": one.version,
                "at": one.occurred_at.isoformat(),
                "by": one.recorded_by,
                "type": one.type,
            }
            | {"says": [text for text, _ in said]}
            for one, said in zip(events, story(events), strict=True)
        ],
        "reasoning": reasoning(events, spans).plain(),
    }


def _findings(incident: Incident, agent: Any) -> dict[str, Any]:
    found, reused = incident.findings.get(agent), incident.reused.get(agent)
    if found is None:
        return {"agent": agent.value, "silent": True}
    return {
        "agent": agent.value,
        "silent": False,
        "summary": found.summary,
        "confidence": found.confidence,
        "left_out": list(found.left_out),
        "cached_seconds": reused.age_seconds if reused else None,
        "evidence": [{"id": one.id, "kind": one.kind, "says": one.statement} for one in found.evidence],
        "proposed": [one.digest for one in found.candidates],
    }


def _rounds(events: Sequence[Event], incident: Incident) -> list[dict[str, Any]]:
    rounds: dict[tuple[int, int], dict[str, Any]] = {}
    said = [event.fact for event in events if malformed(event) is None]
    for fact in said:
        if isinstance(fact, VoteOpened):
            rounds[fact.attempt, fact.round] = {
                "attempt": fact.attempt,
                "round": fact.round,
                "candidates": [{"digest": one.digest, **one.plain()} for one in fact.candidates],
                "tally": None,
                "rules": fact.rules.plain(),
                "quarantined": list(fact.quarantined),
                "struck": [one.plain() for one in fact.struck],
            }
        elif isinstance(fact, BallotsTallied) and (fact.attempt, fact.round) in rounds:
            shown = rounds[fact.attempt, fact.round]
            shown["tally"], shown["rules"] = fact.tally.plain(), fact.rules.plain()
            shown["rejected"] = [one.plain() for one in fact.rejected]
    facts = {one.id: one for fact in said for one in _evidence(fact)}
    for place, shown in rounds.items():
        cast = {one.ballot.agent: one.ballot for one in incident.ballots_of(*place)}
        shown["ballots"] = [
            {
                "agent": agent.value,
                "weight": shown["rules"]["weights"].get(agent, 0),
                "silent": agent not in cast,
            }
            | (_ballot(cast[agent], facts) if agent in cast else {})
            for agent in VOTERS
        ]
    return list(rounds.values())


def _evidence(fact: Fact) -> tuple[Evidence, ...]:
    match fact:
        case IncidentDetected(symptoms=found) | BallotCast(evidence=found):
            return found
        case FindingsSubmitted(findings=findings):
            return findings.evidence
    return ()


def _ballot(ballot: Any, facts: Any) -> dict[str, Any]:
    return {
        "choice": ballot.choice,
        "abstains": ballot.approves is None,
        "confidence": ballot.confidence,
        "reasoning": ballot.reasoning,
        "evidence": [
            facts[one].statement if one in facts else f"does not exist: {one}" for one in ballot.evidence
        ],
    }


def _of(events: Sequence[Event], *kinds: type[Fact]) -> list[dict[str, Any]]:
    names = {kind.__name__ for kind in kinds}
    return [
        {"version": one.version, "type": one.type, **one.data}
        for one in events
        if one.type in names and not malformed(one)
    ]
