"""Detection: is this an incident, which services feel it, and what is it called? Its evidence is symptoms."""

from collections.abc import Sequence
from datetime import datetime

from shared.agents.options import Choose, Option, first_explained, options, proposals
from shared.agents.situation import Look, Situation, own_reading
from shared.agents.steps import METRICS, Steps
from shared.agents.voter import Verdict, Voter, abstention
from shared.analysis.excess import HARM_OF, Harm
from shared.analysis.health import Examination, Reading, examine
from shared.analysis.trace import Trace, trace
from shared.domain.evidence import Evidence, EvidenceKind, Findings
from shared.domain.facts import IncidentDetected
from shared.domain.incident import Incident
from shared.domain.mechanism import Sign, Symptom
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.service import LIMITS, ServiceCatalogue, ServiceKind, Tier
from shared.domain.signal import Signal
from shared.ports.sources import Sources

CLASSES = {
    ServiceKind.DATABASE: Symptom.DATABASE_FAILURE,
    ServiceKind.CACHE: Symptom.CACHE_FAILURE,
    ServiceKind.QUEUE: Symptom.QUEUE_FAILURE,
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
        classification=name.value,
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


def _classification(catalogue: ServiceCatalogue, found: Sequence[Reading], traced: Trace) -> Symptom:
    kind = catalogue.get(traced.first).kind
    if kind in CLASSES:
        return CLASSES[kind]
    mine = [one for one in found if one.service == traced.first]
    if any(one.surging for one in mine):
        return Symptom.TRAFFIC_SURGE
    if _limits(mine):
        return Symptom.RESOURCE_EXHAUSTION
    return Symptom.LATENCY if traced.harm is Harm.LATENCY else Symptom.ERRORS


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


def _felt(situation: Situation) -> list[Reading]:
    felt = [one for one in situation.found.readings if one.symptom]
    return felt or (_nearest(situation.found, situation.traced) if situation.traced else [])


def voter(situation: Look = own_reading, choose: Choose = first_explained) -> Voter:
    """The agent; its arguments are what it goes by, for whoever measures what each of them is worth."""

    def investigate(incident: Incident, sources: Sources) -> Findings:
        """What is felt now, which may be more than when the alarm came, and what it speaks for."""
        steps = Steps(sources)
        seen = steps.take(METRICS, lambda: situation(incident, sources))
        if seen is None:
            return Findings(
                agent=AgentName.DETECTION,
                summary=steps.told(f"as when it was opened: {incident.opened.summary}")[:2_000],
                confidence=steps.sure(incident.opened.confidence),
                evidence=incident.opened.symptoms,
                left_out=steps.left_out,
            )
        felt = _felt(seen)
        evidence = _evidence(felt, sources.clock.now())
        approved = _approved(seen, (), sources, steps)
        return Findings(
            agent=AgentName.DETECTION,
            summary="; ".join(one.statement for one in evidence[:3]) or "nothing can be felt any more",
            confidence=_sure(seen, felt),
            evidence=evidence,
            candidates=proposals(incident, AgentName.DETECTION, approved, choose),
            left_out=steps.left_out,
        )

    def judge(incident: Incident, candidates: tuple[Proposal, ...], sources: Sources) -> Verdict:
        """The remedy for the cause whose signature the service at the root shows."""
        steps = Steps(sources)
        seen = steps.take(METRICS, lambda: situation(incident, sources))
        if seen is None:
            return abstention(steps.told("whether it is still felt is not known"))
        if seen.traced is None:
            later = "nothing can be felt that began before the first remedy"
            return abstention(later if incident.actions else "nothing can be felt any more")
        felt, deepest, now = _felt(seen), seen.traced.first, sources.clock.now()
        mine = [one for one in seen.found.readings if one.service == deepest]
        evidence = _evidence([one for one in mine if one.harmful or one.surging], now)
        approved = _approved(seen, candidates, sources, steps)
        chosen = choose(incident, AgentName.DETECTION, approved)
        if chosen is None or chosen.cause is None or not evidence:
            why = f"nothing that could be done on {deepest} is for what it shows"
            return abstention(steps.told(why), evidence)
        if not chosen.on_list:
            why = f"{chosen.proposal.runbook} on {deepest} is for what it shows, and is no candidate"
            return abstention(steps.told(why), evidence)
        return Verdict(
            choice=chosen.proposal,
            confidence=steps.sure(_sure(seen, felt)),
            reasoning=steps.told(
                f"{deepest} does most of the harm by itself, and is {_named(seen.signs(deepest))}: "
                f"the signature of {chosen.cause.replace('_', ' ')}"
            ),
            evidence=evidence,
        )

    return Voter(name=AgentName.DETECTION, investigate=investigate, judge=judge)


def _approved(
    situation: Situation, candidates: Sequence[Proposal], sources: Sources, steps: Steps
) -> tuple[Option, ...]:
    """The remedies on the root whose signature it shows."""
    root = [situation.root] if situation.root else []
    return tuple(one for one in options(root, situation, candidates, sources, steps) if one.told)


def _sure(situation: Situation, felt: Sequence[Reading]) -> int:
    if not felt or situation.root is None:
        return 0
    return _confidence(situation.found.readings, felt, situation.root)


def _named(signs: frozenset[Sign]) -> str:
    return ", ".join(sorted(one.replace("_", " ") for one in signs))


AGENT = voter()
