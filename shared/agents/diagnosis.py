"""Diagnosis: which service is the cause, and what kind of cause? Its evidence: metrics, changes and logs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.agents.steps import CHANGES, LOGS, METRICS, Steps
from shared.agents.voter import Verdict, Voter, abstention
from shared.analysis.health import Reading, examine, window
from shared.analysis.root_cause import Suspect
from shared.analysis.templates import Burst, bursts
from shared.analysis.trace import Trace, trace
from shared.domain.evidence import Evidence, EvidenceKind, Findings
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.runbook import Feasible, Subject
from shared.domain.service import SYMPTOMS, Service
from shared.domain.signal import Signal
from shared.ports.sources import Sources
from shared.runbooks.catalogue import remedies

BEFORE = timedelta(minutes=30)
"""A change this long before the onset may have caused it."""
AFTER = timedelta(seconds=15)
"""Announcements of a change may come this much later than its effect."""
MOST_LINES = 2_000
MOST_SUSPECTS = 10
CAUSE_OF_CHANGE = {"ssm": "configuration_change", "ecs": "deployment"}
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Diagnosis:
    """What was found: suspects, the kind of cause, and how sure."""

    suspects: tuple[Suspect, ...]
    cause: str
    confidence: int  # thousandths
    evidence: tuple[Evidence, ...]


def diagnose(incident: Incident, sources: Sources, steps: Steps) -> Diagnosis | None:
    """The cause without the logs, or None when what the incident's service feels is not beyond noise.

    Without the metrics there is no suspect, and without the change ledger no kind of cause.
    """
    catalogue, now = sources.catalogue.services(), sources.clock.now()
    opened = incident.opened
    services = catalogue.of_application(opened.application)
    found = steps.take(METRICS, lambda: examine(sources.telemetry, services, opened.started_at, now))
    if found is None:
        return None
    traced = trace(found.series, catalogue, opened.service, found.split, saturated=found.saturated)
    if traced is None:
        return None
    first = catalogue.get(traced.first)
    changes = steps.take(CHANGES, lambda: _changes(sources, incident, first.name))
    cause, confidence = (UNKNOWN, 550) if changes is None else _cause(found.saturated, first.name, changes)
    return Diagnosis(
        suspects=traced.suspects,
        cause=cause,
        confidence=confidence,
        evidence=(
            *_root(traced, found.readings, now),
            *(_change_evidence(change, now) for change in changes or ()),
        ),
    )


def _with_logs(found: Diagnosis, incident: Incident, sources: Sources, steps: Steps) -> Diagnosis:
    """The diagnosis and what the first suspect logs; it is the slowest to read, and says least."""
    first, now = sources.catalogue.services().get(found.suspects[0].service), sources.clock.now()
    logs = steps.take(LOGS, lambda: _logs(sources, first, incident.opened.started_at, now)) or ()
    return replace(
        found,
        confidence=steps.sure(min(found.confidence + (50 if logs else 0), 950)),
        evidence=(*found.evidence, *(_log_evidence(first.name, burst, now) for burst in logs)),
    )


def _changes(sources: Sources, incident: Incident, service: str) -> tuple[Signal, ...]:
    opened = incident.opened
    began = opened.started_at
    noted = sources.changes.between(opened.application, began - BEFORE, began + AFTER)
    return tuple(one for one in noted if one.service == service)[-3:]


def _logs(sources: Sources, service: Service, began: datetime, now: datetime) -> tuple[Burst, ...]:
    if service.log_group is None:
        return ()
    _, split = window([service], began)
    before = sources.telemetry.logs(service, split - BEFORE, split, MOST_LINES)
    lines = sources.telemetry.logs(service, split, now, MOST_LINES)
    return bursts([line.message for line in lines], (line.message for line in before))


def _cause(saturated: frozenset[str], service: str, changes: Sequence[Signal]) -> tuple[str, int]:
    known = [CAUSE_OF_CHANGE[one.source] for one in changes if one.source in CAUSE_OF_CHANGE]
    if known:
        return known[-1], 900
    return ("saturation", 800) if service in saturated else (UNKNOWN, 550)


def _root(traced: Trace, found: Sequence[Reading], now: datetime) -> tuple[Evidence, ...]:
    first = traced.suspects[0]
    mine = [one for one in found if one.service == first.service and one.measure in SYMPTOMS]
    worst = max(mine, key=lambda one: one.distance, default=None)
    seen = worst.sentence() if worst else first.service
    alone = ", and nothing that it calls is part of it" if first.root else ", most of it its own"
    explained = f"; {first.explains} services above it feel it" if first.explains else ""
    return (
        Evidence(
            kind=EvidenceKind.ROOT_CAUSE,
            service=first.service,
            statement=f"{seen}{alone}{explained}",
            observed_at=now,
            data={
                "harm": traced.harm.value,
                "score": first.score,
                "explains": first.explains,
                "suspects": [s.service for s in traced.suspects[:MOST_SUSPECTS]],
            },
        ),
    )


def _change_evidence(change: Signal, now: datetime) -> Evidence:
    return Evidence(
        kind=EvidenceKind.CHANGE,
        service=change.service,
        statement=f"{change.source} announced at {change.at:%H:%M:%S} a change of "
        f"{change.resource.rpartition(':')[2][-200:]}",
        observed_at=now,
        data={"source": change.source, "resource": change.resource, "at": change.at.isoformat()},
    )


def _log_evidence(service: str, burst: Burst, now: datetime) -> Evidence:
    return Evidence(
        kind=EvidenceKind.LOG,
        service=service,
        statement=f"{burst.count} log lines like: {burst.template}",
        observed_at=now,
        data={"template": burst.template, "count": burst.count, "before": burst.before},
    )


def investigate(incident: Incident, sources: Sources) -> Findings:
    """The suspects, the kind of cause, and the remedies that cure that kind on the first suspect."""
    steps = Steps(sources.limit)
    found = diagnose(incident, sources, steps)
    if found is None:
        return Findings(
            agent=AgentName.DIAGNOSIS,
            summary=steps.told("no anomalous service found"),
            confidence=0,
            left_out=steps.left_out,
        )
    first = found.suspects[0].service
    candidates = _candidates(first, found.cause, incident, sources, steps)
    found = _with_logs(found, incident, sources, steps)
    return Findings(
        agent=AgentName.DIAGNOSIS,
        summary=steps.told(f"{first} is the root cause: {found.cause.replace('_', ' ')}"),
        confidence=found.confidence,
        evidence=found.evidence,
        candidates=candidates,
        root_causes=tuple(one.service for one in found.suspects[:MOST_SUSPECTS]),
        cause=found.cause,
        left_out=steps.left_out,
    )


def _candidates(
    name: str, cause: str, incident: Incident, sources: Sources, steps: Steps
) -> tuple[Proposal, ...]:
    service = sources.catalogue.services().get(name)
    proposals: list[Proposal] = []
    for remedy in remedies().values():
        target = service.resources.get(remedy.runbook.resource)
        if target is None or cause not in remedy.runbook.causes:
            continue
        subject = steps.take(
            f"{remedy.runbook.id} on {service.name}",
            lambda remedy=remedy, target=target: Subject(  # type: ignore[misc]
                service,
                target,
                sources.resources.observe(remedy.runbook, target),
                incident.opened.started_at,
            ),
        )
        prepared = remedy.prepare(subject) if subject else None
        if isinstance(prepared, Feasible):
            proposals.append(prepared.proposal)
    return tuple(proposals)[:5]


def judge(incident: Incident, candidates: tuple[Proposal, ...], sources: Sources) -> Verdict:
    """The candidate that cures this kind of cause on the first suspect."""
    steps = Steps(sources.limit)
    found = diagnose(incident, sources, steps)
    if found is None or found.cause == UNKNOWN:
        return abstention(steps.told("the kind of cause is not known"), found.evidence if found else ())
    found = _with_logs(found, incident, sources, steps)
    first = found.suspects[0].service
    for proposal in candidates:
        if proposal.service == first and found.cause in remedies()[proposal.runbook].runbook.causes:
            return Verdict(
                choice=proposal,
                confidence=found.confidence,
                reasoning=steps.told(f"it cures {found.cause.replace('_', ' ')} on {first}, the root cause"),
                evidence=found.evidence,
            )
    return abstention(f"no candidate cures {found.cause} on {first}", found.evidence)


AGENT = Voter(name=AgentName.DIAGNOSIS, investigate=investigate, judge=judge)
