"""Prediction: where is it going, with each remedy and without? Its evidence is the forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.agents.options import Choose, Option, first_explained, options, proposals
from shared.agents.situation import Look, Situation, own_reading
from shared.agents.steps import METRICS, Steps
from shared.agents.targets import seen
from shared.agents.voter import Verdict, Voter, abstention
from shared.analysis.anomaly import THRESHOLD
from shared.analysis.forecast import forecast
from shared.analysis.health import RISES, Reading
from shared.domain.evidence import Evidence, EvidenceKind, Findings
from shared.domain.incident import Incident
from shared.domain.mechanism import MECHANISMS, Shape, Sign
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.runbook import Infeasible
from shared.domain.service import LIMITS, SYMPTOMS, Measure, Service
from shared.ports.sources import Sources
from shared.ports.telemetry import Series
from shared.runbooks.catalogue import remedies

HORIZON = timedelta(minutes=15)
LIKELY = 0.5
"""Below this chance of still being in breach at the horizon, waiting is the better remedy."""
RELIEF = 0.5
"""A remedy must undo at least this share of the deviation that it is for."""
SHOWN_BY = {
    Shape.STEP: SYMPTOMS | LIMITS,
    Shape.CLIMB: LIMITS,
    Shape.SATURATION: LIMITS - {Measure.MEMORY},
    Shape.SURGE: frozenset({Measure.TRAFFIC}),
}
"""The measures in which a shape shows."""


@dataclass(frozen=True)
class Outlook:
    """One harmful reading, or a surge, and the chance (0..1) that it goes on to the horizon, left alone."""

    reading: Reading
    breach: float


def outlooks(situation: Situation, services: Sequence[Service]) -> tuple[Outlook, ...]:
    """The outlook of every harmful measure of the application, and of every surge, worst first."""
    by_name, split = {one.name: one for one in services}, situation.found.split
    series = {(one.service, one.measure): one for one in situation.found.series}
    found = [
        Outlook(one, _breach(series[one.service, one.measure], one, by_name[one.service], split))
        for one in situation.found.readings
        if one.harmful or one.surging
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


def voter(situation: Look = own_reading, choose: Choose = first_explained) -> Voter:
    """The agent; its arguments are what it goes by, for whoever measures what each of them is worth."""

    def looked(
        incident: Incident, candidates: tuple[Proposal, ...], sources: Sources, steps: Steps
    ) -> tuple[Situation | None, tuple[Outlook, ...], tuple[Option, ...]]:
        """The reading, every outlook, and the remedies on the root for which something speaks."""
        seen = steps.take(METRICS, lambda: situation(incident, sources))
        if seen is None:
            return None, (), ()
        services = sources.catalogue.services().of_application(incident.opened.application)
        root = [seen.root] if seen.root else []
        told = tuple(one for one in options(root, seen, candidates, sources, steps) if one.told)
        return seen, outlooks(seen, services), told

    def investigate(incident: Incident, sources: Sources) -> Findings:
        """What becomes of it if nobody does anything, and what would undo that."""
        steps = Steps(sources)
        seen, found, told = looked(incident, (), sources, steps)
        worst = found[0] if found else None
        chosen = choose(incident, AgentName.PREDICTION, told)
        undone = seen is not None and chosen is not None and _undone(chosen, found, seen, sources, steps)
        return Findings(
            agent=AgentName.PREDICTION,
            summary=f"left alone, {worst.breach:.0%} likely to go on in 15 minutes"
            if worst
            else steps.told("nothing to forecast"),
            confidence=round(950 * worst.breach) if worst else 0,
            evidence=_evidence(found, sources.clock.now()),
            candidates=proposals(incident, AgentName.PREDICTION, told, choose) if undone else (),
            left_out=steps.left_out,
        )

    def judge(incident: Incident, candidates: tuple[Proposal, ...], sources: Sources) -> Verdict:
        """The remedy that undoes the shape in which the deviation came, if waiting is worse."""
        steps, now = Steps(sources), sources.clock.now()
        seen, found, told = looked(incident, candidates, sources, steps)
        chosen = choose(incident, AgentName.PREDICTION, told)
        undone = _undone(chosen, found, seen, sources, steps) if seen and chosen else None
        if chosen is None or undone is None:
            return abstention(steps.told("no candidate changes the forecast"), _evidence(found, now))
        if not chosen.on_list:
            why = f"{chosen.proposal.runbook} would change the forecast, and is no candidate"
            return abstention(steps.told(why), _evidence(found, now))
        outlook, relief = undone
        return Verdict(
            choice=chosen.proposal,
            confidence=steps.sure(round(outlook.breach * (600 + 350 * min(relief, 1.0)))),
            reasoning=steps.told(
                f"left alone it goes on with {outlook.breach:.0%}; this undoes {relief:.0%} of the deviation"
            ),
            evidence=_evidence((outlook, *(one for one in found if one is not outlook)), now),
        )

    return Voter(name=AgentName.PREDICTION, investigate=investigate, judge=judge)


def _undone(
    option: Option, found: Sequence[Outlook], situation: Situation, sources: Sources, steps: Steps
) -> tuple[Outlook, float] | None:
    """The worst outlook that came in the remedy's shape and is likely to go on, and the share that it undoes.

    None when there is no such outlook, or the remedy undoes too little of its deviation.
    """
    service = option.proposal.service
    shape = MECHANISMS[option.cause].shape if option.cause else None
    if shape is None or (shape is Shape.CLIMB and Sign.CLIMBING not in situation.signs(service)):
        return None
    likely = (one for one in found if one.reading.service == service and one.breach >= LIKELY)
    outlook = next((one for one in likely if one.reading.measure in SHOWN_BY[shape]), None)
    if outlook is None:
        return None
    relief = _relief(outlook.reading, option.proposal, sources, steps)
    return (outlook, relief) if relief >= RELIEF else None


def _relief(reading: Reading, proposal: Proposal, sources: Sources, steps: Steps) -> float:
    """The share of the deviation that the remedy is expected to undo; none without a look at its target."""
    remedy = remedies()[proposal.runbook]
    state = seen(remedy, proposal.service, proposal.target, sources, steps)
    if isinstance(state, Infeasible):
        return 0.0
    expected = remedy.expect(proposal, state, reading.value, reading.baseline)
    return (reading.value - expected) / (reading.value - reading.baseline)


AGENT = voter()
