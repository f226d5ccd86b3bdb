"""The reasoning trace of an incident, as one object: everything that its log says about the decision."""

from collections.abc import Sequence
from typing import Any

from scripts.demo.story import story
from shared.domain.events import Event, malformed
from shared.domain.facts import AgentQuarantined, AuthorRejected, BallotsTallied, VoteOpened
from shared.domain.folding import fold
from shared.domain.incident import Incident
from shared.domain.model import VOTERS


def trace(events: Sequence[Event]) -> dict[str, Any]:
    """What `commander explain --json` prints.

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
        "decision": incident.decision.value,
        "findings": [_findings(incident, agent) for agent in VOTERS],
        "rounds": _rounds(events, incident),
        "quarantined": _of(events, AgentQuarantined),
        "ignored": _of(events, AuthorRejected),
        "malformed": [
            {"event_id": one.event_id, "reason": malformed(one)} for one in events if malformed(one)
        ],
        "certificate": certificate.plain() if certificate else None,
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
    rounds: dict[int, dict[str, Any]] = {}
    facts = incident.evidence
    for event in events:
        fact = event.fact if malformed(event) is None else None
        if isinstance(fact, VoteOpened):
            candidates = [{"digest": one.digest, **one.plain()} for one in fact.candidates]
            rounds[fact.round] = {"round": fact.round, "candidates": candidates, "tally": None}
            rounds[fact.round]["rules"] = fact.rules.plain()
            rounds[fact.round]["quarantined"] = list(fact.quarantined)
            rounds[fact.round]["struck"] = [one.plain() for one in fact.struck]
        elif isinstance(fact, BallotsTallied) and fact.round in rounds:
            rounds[fact.round]["tally"] = fact.tally.plain()
            rounds[fact.round]["rules"] = fact.rules.plain()
            rounds[fact.round]["rejected"] = [one.plain() for one in fact.rejected]
    for number, shown in rounds.items():
        cast = {one.ballot.agent: one.ballot for one in incident.ballots_of(incident.attempt, number)}
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


def _of(events: Sequence[Event], kind: type) -> list[dict[str, Any]]:
    return [
        {"version": one.version, **one.data}
        for one in events
        if one.type == kind.__name__ and not malformed(one)
    ]
