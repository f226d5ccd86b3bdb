"""What a scenario's run came to, as one JSON object, and how that compares with the truth."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scripts.patient.scenario import Scenario
from shared.domain.consensus import DecisionKind, Sum
from shared.domain.incident import Incident
from shared.domain.model import VOTERS
from shared.views.next_step import next_step


@dataclass(frozen=True)
class Run:
    """One run of a scenario: when it broke, what came of it, and the resources before and after."""

    scenario: Scenario
    broke_at: datetime
    incident: Incident | None
    before: dict[str, str]
    after: dict[str, str]
    dead_letters: tuple[str, ...] = ()
    root_cause: str | None = None  # as diagnosis first said it


def report(run: Run) -> dict[str, Any]:
    """The object that `commander demo --json` prints."""
    incident = run.incident
    if incident is None:
        return _nothing(run)
    winner = _winner(incident)
    decided = incident.certificate.proposal if incident.certificate else None
    ended = incident.machine_ended
    return {
        "scenario": run.scenario.name,
        "incident_id": incident.id,
        "status": incident.status.value,
        "classification": incident.opened.classification,
        "root_cause": run.root_cause,
        "proposal": None
        if decided is None
        else {"runbook": decided.runbook, "target": decided.target, "parameters": decided.parameters},
        "votes": _votes(incident),
        "approving_weight": winner.weight if winner else 0,
        "approvers": [agent.value for agent in winner.approvers] if winner else [],
        "decision": incident.decision.value,
        "escalated": incident.escalation is not None,
        "rolled_back": incident.rolled_back is not None,
        "actions_executed": sum(1 for one in incident.actions if not one.undo and one.automation_id),
        "notifications": dict(incident.notifications),
        "seconds": {
            "detected": _seconds(run.broke_at, incident.detected_at),
            "decided": _seconds(run.broke_at, incident.decided_at),
            "resolved": _seconds(run.broke_at, incident.verified_at if incident.resolved_at else None),
        },
        "cost": {
            "incident_usd": float(ended.incident_usd) if ended else None,
            "business_usd": float(ended.business_usd) if ended else None,
        },
        "dead_letters": list(run.dead_letters),
    }


def differences(run: Run) -> tuple[str, ...]:
    """Where the run differs from what is true about its scenario; empty when it went as it should."""
    truth, shown, found = run.scenario.truth, report(run), []
    expected = {
        "status": truth.status,
        "classification": truth.classification,
        "root_cause": truth.root_cause,
        "rolled_back": truth.rolled_back,
        "escalated": truth.escalated,
    }
    for name, value in expected.items():
        if shown[name] != value:
            found.append(f"{name} is {shown[name]!r} and should be {value!r}")
    if truth.cure is not None and (shown["proposal"] or {}).get("runbook") != truth.cure:
        found.append(f"the remedy should be {truth.cure}")
    if run.incident and run.incident.rolled_back and not run.incident.rolled_back.restored:
        found.append(f"not put back: {'; '.join(run.incident.rolled_back.differences)}")
    for name in truth.restored:
        if run.before.get(name) != run.after.get(name):
            found.append(f"{name} was {run.before.get(name)} and is {run.after.get(name)}")
    return (*found, *(f"dead letter: {one}" for one in run.dead_letters))


def where_next(run: Run, *, kept: bool) -> tuple[str, ...]:
    """Which incident it was, and the next command; none when there was no incident.

    Args:
        kept: the stage is still there to be asked.
    """
    if run.incident is None:
        return ()
    step, told = next_step(run.incident), f"incident {run.incident.id}"
    if not kept:
        later = "`commander demo --keep` leaves the stage; then `commander explain latest --stage local`"
        return (told, f"next: {later}")
    return (
        told,
        f"next: {step.command} --stage local   ({step.what})",
        f"why:  commander explain {run.incident.id} --stage local",
    )


def _nothing(run: Run) -> dict[str, Any]:
    return {
        "scenario": run.scenario.name,
        "incident_id": None,
        "status": "none",
        "classification": None,
        "root_cause": None,
        "proposal": None,
        "votes": [],
        "approving_weight": 0,
        "approvers": [],
        "decision": DecisionKind.NONE.value,
        "escalated": False,
        "rolled_back": False,
        "actions_executed": 0,
        "notifications": {},
        "seconds": {"detected": None, "decided": None, "resolved": None},
        "cost": {"incident_usd": 0.0, "business_usd": 0.0},
        "dead_letters": list(run.dead_letters),
    }


def _winner(incident: Incident) -> Sum | None:
    tally = incident.tallied.tally if incident.tallied else None
    if tally is None:
        return None
    wanted = tally.winner or tally.suggestion
    return next((one for one in tally.sums if one.proposal == wanted), None)


def _votes(incident: Incident) -> list[dict[str, Any]]:
    """The last round's votes, if there was one; a silent agent has no choice and no confidence."""
    vote = incident.vote
    if vote is None:
        return []
    cast = {one.ballot.agent: one.ballot for one in incident.ballots_of(vote.attempt, vote.round)}
    by_digest = {one.digest: one.runbook for one in vote.candidates}
    return [
        {
            "agent": agent.value,
            "weight": vote.rules.weights.get(agent, 0),
            "choice": by_digest.get(cast[agent].approves or "") if agent in cast else None,
            "confidence": cast[agent].confidence if agent in cast else None,
        }
        for agent in VOTERS
    ]


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else round((end - start).total_seconds(), 1)
