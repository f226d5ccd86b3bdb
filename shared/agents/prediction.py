"""Prediction: where is it going, with each remedy and without? Its evidence is the forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.agents.steps import METRICS, Steps
from shared.agents.targets import seen
from shared.agents.voter import Verdict, Voter, abstention, support
from shared.analysis.anomaly import THRESHOLD
from shared.analysis.forecast import forecast
from shared.analysis.health import RISES, Reading, readings, window
from shared.domain.evidence import Evidence, EvidenceKind, Findings
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.runbook import Infeasible
from shared.domain.service import Service
from shared.ports.sources import Sources
from shared.ports.telemetry import Series
from shared.runbooks.catalogue import remedies

HORIZON = timedelta(minutes=15)
LIKELY = 0.5
"""Below this chance of still being in breach at the horizon, waiting is the better remedy."""
RELIEF = 0.5
"""A remedy must undo at least this share of the deviation that it is for."""


@dataclass(frozen=True)
class Outlook:
    """One harmful reading, or a surge, and the chance (0..1) that it goes on to the horizon, left alone."""

    reading: Reading
    breach: float


def outlooks(incident: Incident, sources: Sources) -> tuple[Outlook, ...]:
    """The outlook of every harmful measure of the application, and of every surge, worst first.

    Raises:
        OutOfTime: the metrics did not come in time.
    """
    now = sources.clock.now()
    services = sources.catalogue.services().of_application(incident.opened.application)
    start, split = window(services, incident.opened.started_at)
    series = sources.telemetry.series(services, start, now)
    by_name = {one.name: one for one in services}
    found = [
        Outlook(reading, _breach(each, reading, by_name[reading.service], split))
        for each in series
        for reading in readings([each], split)
        if reading.harmful or reading.surging
    ]
    return tuple(sorted(found, key=lambda one: (-one.breach, -one.reading.score)))


def _breach(series: Series, reading: Reading, service: Service, split: datetime) -> float:
    since = reading.onset or split
    values = [value for at, value in zip(series.times, series.values, strict=True) if at >= since]
    steps = max(1, int(HORIZON.total_seconds()) // service.metrics[series.measure].period)
    if reading.measure not in RISES:  # mirrored, so that more is always worse
        values = [2 * reading.baseline - value for value in values]
    ahead = forecast(values, steps, reading.scale)
    return 0.0 if ahead is None else ahead.beyond(reading.baseline + THRESHOLD * reading.scale)


def _evidence(found: Sequence[Outlook], now: datetime) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            kind=EvidenceKind.FORECAST,
            service=one.reading.service,
            statement=f"{one.reading.sentence()}; left alone, {one.breach:.0%} likely to be so in 15 minutes",
            observed_at=now,
            data={"measure": one.reading.measure, "breach": one.breach, "horizon_minutes": 15},
        )
        for one in found[:5]
    )


def investigate(incident: Incident, sources: Sources) -> Findings:
    """What becomes of it if nobody does anything."""
    steps = Steps(sources)
    found = steps.take(METRICS, lambda: outlooks(incident, sources)) or ()
    worst = found[0] if found else None
    return Findings(
        agent=AgentName.PREDICTION,
        summary=f"left alone, {worst.breach:.0%} likely to go on in 15 minutes"
        if worst
        else steps.told("nothing to forecast"),
        confidence=round(950 * worst.breach) if worst else 0,
        evidence=_evidence(found, sources.clock.now()),
        left_out=steps.left_out,
    )


def judge(incident: Incident, candidates: tuple[Proposal, ...], sources: Sources) -> Verdict:
    """The candidate that undoes most deviation, if waiting is worse and it undoes half of its own."""
    steps = Steps(sources)
    found = steps.take(METRICS, lambda: outlooks(incident, sources)) or ()
    others = support(incident, AgentName.PREDICTION)
    options = [
        (relief * one.breach * one.reading.distance, relief, one, proposal)
        for proposal in candidates
        for one in found
        if (one.reading.service, one.reading.measure)
        == (proposal.service, remedies()[proposal.runbook].runbook.relieves)
        and one.breach >= LIKELY
        and (relief := _relief(one.reading, proposal, sources, steps)) >= RELIEF
    ]
    if not options:
        return abstention(
            steps.told("no candidate changes the forecast"), _evidence(found, sources.clock.now())
        )
    _, relief, outlook, proposal = max(
        options, key=lambda one: (others.get(one[3].digest, 0), one[0], one[3].digest)
    )
    return Verdict(
        choice=proposal,
        confidence=steps.sure(round(outlook.breach * (600 + 350 * min(relief, 1.0)))),
        reasoning=steps.told(
            f"left alone it goes on with {outlook.breach:.0%}; this undoes {relief:.0%} of the deviation"
        ),
        evidence=_evidence((outlook, *(one for one in found if one is not outlook)), sources.clock.now()),
    )


def _relief(reading: Reading, proposal: Proposal, sources: Sources, steps: Steps) -> float:
    """The share of the deviation that the remedy is expected to undo; none without a look at its target."""
    remedy = remedies()[proposal.runbook]
    state = seen(remedy, proposal.service, proposal.target, sources, steps)
    if isinstance(state, Infeasible):
        return 0.0
    expected = remedy.expect(proposal, state, reading.value, reading.baseline)
    return (reading.value - expected) / (reading.value - reading.baseline)


AGENT = Voter(name=AgentName.PREDICTION, investigate=investigate, judge=judge)
