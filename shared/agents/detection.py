"""Detection: is this an incident, which services feel it, and what is it called? Its evidence is symptoms."""

from collections.abc import Sequence
from datetime import datetime

from shared.agents.steps import METRICS, Steps
from shared.agents.voter import Verdict, Voter, abstention, support
from shared.analysis.excess import HARM_OF, Harm
from shared.analysis.health import Examination, Reading, examine
from shared.analysis.trace import Trace, trace
from shared.domain.evidence import Evidence, EvidenceKind, Findings
from shared.domain.facts import IncidentDetected
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.service import LIMITS, ServiceCatalogue, ServiceKind, Tier
from shared.domain.signal import Signal
from shared.ports.sources import Sources
from shared.runbooks.catalogue import remedies

CLASSES = {
    ServiceKind.DATABASE: "database_failure",
    ServiceKind.CACHE: "cache_failure",
    ServiceKind.QUEUE: "queue_failure",
}
"""Names of the design document; what is none of these is called after its worst measure."""
STRONG = 10.0


def assess(signal: Signal, sources: Sources) -> IncidentDetected | None:
    """The incident behind an alarm, or None when nobody can feel anything: busy is not broken.

    An alarm on a symptom has waited for its own M of N already, so one value confirms it, if that is
    unusual where it alarmed and beyond everything usual where it comes from; any other alarm needs a
    sustained symptom somewhere in its application.

    Raises:
        UnknownService: the signal's service is not in the catalogue.
        PortError: telemetry could not be read.
    """
    catalogue = sources.catalogue.services()
    service = catalogue.get(signal.service)
    services = catalogue.of_application(service.application)
    alarmed = HARM_OF.get(signal.measure) if signal.measure else None
    sustained = 1 if alarmed else None
    found = examine(sources.telemetry, services, signal.at, sources.clock.now(), sustained)
    felt = [one for one in found.readings if one.symptom]
    entry = _entry(catalogue, felt, signal.service)
    traced = _trace(catalogue, found, entry, None, sustained)
    if alarmed:
        confirmed = _trace(catalogue, found, signal.service, alarmed, sustained)
        traced = confirmed and (traced or confirmed)
    if traced is None or not (alarmed or felt):
        return None
    entry, deepest = traced.entry, traced.first
    felt = felt or _nearest(found, traced)
    began = min([one.onset for one in felt if one.onset] + [signal.at])
    hurt = tuple(dict.fromkeys([entry, deepest, *(one.service for one in felt)]))
    name = _classification(catalogue, found.readings, traced)
    return IncidentDetected(
        signal=signal,
        service=entry,
        application=service.application,
        services=hurt,
        tier=max((catalogue.get(one).tier for one in hurt), key=lambda tier: tier.cost_per_minute),
        classification=name,
        severity=_severity(catalogue, hurt),
        confidence=_confidence(found.readings, felt, deepest),
        summary=f"{name.replace('_', ' ')} in {service.application}: {', '.join(hurt)}",
        started_at=began,
        symptoms=_evidence(felt, sources.clock.now()),
    )


def _entry(catalogue: ServiceCatalogue, felt: Sequence[Reading], alarmed: str) -> str:
    """Where people feel it: of what alarmed and its callers, symptomatic and called by nobody who is."""
    names = {one.service for one in felt}.intersection(catalogue.above(alarmed))
    tops = [name for name in names if not names.intersection(catalogue.callers.get(name, ()))]
    return min(tops, key=lambda name: (-len(catalogue.below(name)), name), default=alarmed)


def _trace(
    catalogue: ServiceCatalogue,
    found: Examination,
    entry: str,
    harm: Harm | None = None,
    sustained: int | None = None,
) -> Trace | None:
    harms = tuple(Harm) if harm is None else (harm,)
    return trace(found.series, catalogue, entry, found.split, harms=harms, sustained=sustained)


def _nearest(found: Examination, traced: Trace) -> list[Reading]:
    """The symptoms at both ends of the trace, when none is far enough from its baseline by itself."""
    ends = (traced.entry, traced.first)
    return [one for one in found.readings if one.service in ends and HARM_OF.get(one.measure) is traced.harm]


def _classification(catalogue: ServiceCatalogue, found: Sequence[Reading], traced: Trace) -> str:
    kind = catalogue.get(traced.first).kind
    if kind in CLASSES:
        return CLASSES[kind]
    mine = [one for one in found if one.service == traced.first]
    if any(one.surging for one in mine):
        return "traffic_surge"
    if _limits(mine):
        return "resource_exhaustion"
    return "latency" if traced.harm is Harm.LATENCY else "errors"


def _severity(catalogue: ServiceCatalogue, hurt: Sequence[str]) -> str:
    tiers = {catalogue.get(name).tier for name in hurt}
    if Tier.CRITICAL in tiers:
        return "critical"
    return "high" if Tier.IMPORTANT in tiers else "medium"


def _limits(found: Sequence[Reading]) -> bool:
    """Whether something is at a limit."""
    return any(one.harmful and one.measure in LIMITS for one in found)


def _confidence(found: Sequence[Reading], felt: Sequence[Reading], deepest: str) -> int:
    """More services that feel it, more strongly, make it surer; 950 is the most.

    A limit that is reached where the symptoms lead is another kind of evidence for the same: it says most.
    """
    several = 100 if len({one.service for one in felt}) > 1 else 0
    strong = 100 if max(one.score for one in felt) >= STRONG else 0
    there = 100 if _limits([one for one in found if one.service == deepest]) else 0
    return min(700 + several + strong + there + (50 if _limits(found) else 0), 950)


def _evidence(felt: Sequence[Reading], now: datetime) -> tuple[Evidence, ...]:
    worst = sorted(felt, key=lambda one: (-one.score, one.service))[:10]
    return tuple(
        Evidence(
            kind=EvidenceKind.SYMPTOM,
            service=one.service,
            statement=one.sentence(),
            observed_at=now,
            data={"measure": one.measure, "value": one.value, "baseline": one.baseline, "z": one.score},
        )
        for one in worst
    )


def _look(incident: Incident, sources: Sources) -> tuple[list[Reading], Trace | None]:
    """What is felt, and where it leads.

    Raises:
        OutOfTime: the metrics did not come in time.
    """
    catalogue = sources.catalogue.services()
    services = catalogue.of_application(incident.opened.application)
    found = examine(sources.telemetry, services, incident.opened.started_at, sources.clock.now())
    traced = _trace(catalogue, found, incident.opened.service)
    felt = [one for one in found.readings if one.symptom]
    return felt or (_nearest(found, traced) if traced else []), traced


def investigate(incident: Incident, sources: Sources) -> Findings:
    """What is felt now, which may be more than when the alarm came."""
    steps = Steps(sources)
    seen = steps.take(METRICS, lambda: _look(incident, sources))
    if seen is None:
        return Findings(
            agent=AgentName.DETECTION,
            summary=steps.told(f"as when it was opened: {incident.opened.summary}")[:2_000],
            confidence=steps.sure(incident.opened.confidence),
            evidence=incident.opened.symptoms,
            left_out=steps.left_out,
        )
    felt, _ = seen
    evidence = _evidence(felt, sources.clock.now())
    return Findings(
        agent=AgentName.DETECTION,
        summary="; ".join(one.statement for one in evidence[:3]) or "nothing can be felt any more",
        confidence=incident.opened.confidence if felt else 0,
        evidence=evidence,
    )


def judge(incident: Incident, candidates: tuple[Proposal, ...], sources: Sources) -> Verdict:
    """The remedy for the service that the symptoms lead to, if remedies of its kind fit what it is called.

    Of several that fit, after a round without a winner, the one that the others support most.
    """
    steps = Steps(sources)
    seen = steps.take(METRICS, lambda: _look(incident, sources))
    if seen is None:
        return abstention(steps.told("whether it is still felt is not known"))
    felt, traced = seen
    if traced is None:
        return abstention("nothing can be felt any more")
    deepest = traced.first
    evidence = _evidence([one for one in felt if one.service == deepest], sources.clock.now())
    others = support(incident, AgentName.DETECTION)
    for proposal in sorted(candidates, key=lambda one: -others.get(one.digest, 0)):
        fits = incident.opened.classification in remedies()[proposal.runbook].runbook.symptoms
        if fits and proposal.service == deepest:
            return Verdict(
                choice=proposal,
                confidence=incident.opened.confidence,
                reasoning=f"{deepest} does most of the harm by itself, and this fits "
                f"{incident.opened.classification}",
                evidence=evidence,
            )
    return abstention(f"no candidate acts on {deepest}, where the symptoms lead", evidence)


AGENT = Voter(name=AgentName.DETECTION, investigate=investigate, judge=judge)
