"""Diagnosis: which service is the cause, and what kind of cause? Its evidence: metrics, changes and logs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.agents.clues import changes_of, clues_of, growth_of, logs_of
from shared.agents.steps import CHANGES, LOGS, METRICS, Steps
from shared.agents.targets import prepare
from shared.agents.voter import Verdict, Voter, abstention
from shared.analysis.causes import UNKNOWN, Clues, cause_of
from shared.analysis.health import Reading, examine
from shared.analysis.origins import Origin
from shared.analysis.root_cause import Suspect
from shared.analysis.templates import Burst
from shared.analysis.trace import Trace, trace
from shared.domain.evidence import Evidence, EvidenceKind, Findings
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.runbook import Feasible
from shared.domain.service import SYMPTOMS
from shared.domain.signal import Signal
from shared.ports.sources import Sources
from shared.runbooks.catalogue import remedies

MOST_SUSPECTS = 10


@dataclass(frozen=True)
class Diagnosis:
    """What was found: suspects, the kind of cause, and how sure."""

    suspects: tuple[Suspect, ...]
    clues: Clues | None  # None: without the change ledger no kind of cause can be told
    evidence: tuple[Evidence, ...]
    confirmed: bool = False  # the logs speak of trouble too

    @property
    def cause(self) -> str:
        """The kind."""
        return cause_of(self.clues)[0] if self.clues else UNKNOWN

    @property
    def confidence(self) -> int:
        """Thousandths."""
        sure = cause_of(self.clues or Clues())[1]
        return min(sure + (50 if self.confirmed else 0), 950)

    @property
    def depends_on_logs(self) -> bool:
        """Whether the logs may name another kind of cause."""
        return self.clues is not None and (self.clues.change is None or self.clues.surging)


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
    changes = steps.take(CHANGES, lambda: changes_of(sources, incident, first.name))
    grown = growth_of(found, first.name)
    return Diagnosis(
        suspects=traced.suspects,
        clues=None if changes is None else clues_of(found, first.name, changes, grown),
        evidence=(
            *_root(traced, found.readings, now),
            *([_growth_evidence(grown, now)] if grown else []),
            *(_change_evidence(change, now) for change in changes or ()),
        ),
    )


def _with_logs(found: Diagnosis, incident: Incident, sources: Sources, steps: Steps) -> Diagnosis:
    """The diagnosis and what the first suspect logs, which is the slowest to read."""
    first, now = sources.catalogue.services().get(found.suspects[0].service), sources.clock.now()
    logs = steps.take(LOGS, lambda: logs_of(sources, first, incident.opened.started_at, now))
    if logs is None:
        return found
    clues = found.clues and replace(
        found.clues,
        origin=logs.origin,
        out_of_memory=logs.out_of_memory,
        connections_spent=logs.connections_spent,
    )
    origin = [_origin_evidence(first.name, logs.origin, now)] if logs.origin else []
    return replace(
        found,
        clues=clues,
        confirmed=bool(logs.bursts or logs.origin),
        evidence=(*found.evidence, *origin, *(_log_evidence(first.name, one, now) for one in logs.bursts)),
    )


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


def _growth_evidence(grown: Reading, now: datetime) -> Evidence:
    return Evidence(
        kind=EvidenceKind.ROOT_CAUSE,
        service=grown.service,
        statement=f"{grown.sentence()}, climbed bit by bit",
        observed_at=now,
        data={"measure": grown.measure, "value": grown.value, "baseline": grown.baseline},
    )


def _origin_evidence(service: str, origin: Origin, now: datetime) -> Evidence:
    return Evidence(
        kind=EvidenceKind.LOG,
        service=service,
        statement=f"{origin.share:.0%} of the requests to {service} come from {origin.range}, "
        f"{origin.before:.0%} before",
        observed_at=now,
        data={"range": origin.range, "share": origin.share, "before": origin.before},
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
    steps = Steps(sources)
    found = diagnose(incident, sources, steps)
    if found is None:
        return Findings(
            agent=AgentName.DIAGNOSIS,
            summary=steps.told("no anomalous service found"),
            confidence=0,
            left_out=steps.left_out,
        )
    first, depends = found.suspects[0].service, found.depends_on_logs
    if depends:
        found = _with_logs(found, incident, sources, steps)
    candidates = _candidates(first, found.cause, incident, sources, steps)
    if not depends:
        found = _with_logs(found, incident, sources, steps)
    return Findings(
        agent=AgentName.DIAGNOSIS,
        summary=steps.told(f"{first} is the root cause: {found.cause.replace('_', ' ')}"),
        confidence=steps.sure(found.confidence),
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
        if cause in remedy.runbook.causes:
            prepared = prepare(remedy, service, incident, sources, steps)
            if isinstance(prepared, Feasible):
                proposals.append(prepared.proposal)
    return tuple(proposals)[:5]


def judge(incident: Incident, candidates: tuple[Proposal, ...], sources: Sources) -> Verdict:
    """The candidate that cures this kind of cause on the first suspect."""
    steps = Steps(sources)
    found = diagnose(incident, sources, steps)
    if found is not None:
        found = _with_logs(found, incident, sources, steps)
    if found is None or found.cause == UNKNOWN:
        return abstention(steps.told("the kind of cause is not known"), found.evidence if found else ())
    first = found.suspects[0].service
    for proposal in candidates:
        if proposal.service == first and found.cause in remedies()[proposal.runbook].runbook.causes:
            return Verdict(
                choice=proposal,
                confidence=steps.sure(found.confidence),
                reasoning=steps.told(f"it cures {found.cause.replace('_', ' ')} on {first}, the root cause"),
                evidence=found.evidence,
            )
    return abstention(f"no candidate cures {found.cause} on {first}", found.evidence)


AGENT = Voter(name=AgentName.DIAGNOSIS, investigate=investigate, judge=judge)
