"""An incident's curves: what its services measured, where it is going, and what was done meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from shared.analysis.anomaly import THRESHOLD
from shared.analysis.forecast import LEVEL, forecast
from shared.analysis.health import RISES, Reading, readings, window
from shared.domain.service import Measure, Service
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.telemetry import Series, Telemetry
from shared.views.answers import Band, Curve, Marker, Metrics
from shared.views.documents import Page

MOST_SERVICES, MOST_POINTS = 10, 120
LEAD, TAIL, LONGEST = timedelta(minutes=10), timedelta(minutes=5), timedelta(hours=6)
"""Shown before the incident, after its end, and in all."""
LOOKED_AT = 240
"""Values that a forecast is made of."""
AHEAD, STEPS = timedelta(minutes=15), 12
Z = 1.959964
UNITS = {Measure.LATENCY: "seconds", Measure.TRAFFIC: "requests"}


@dataclass(frozen=True)
class Charting:
    """Reads metrics of the services that the incident is about, root causes first."""

    telemetry: Telemetry
    catalogue: CatalogueSource
    clock: Clock

    def metrics(self, page: Page, behind: int | None) -> Metrics:
        """Curves and markers.

        Raises:
            PortError: the metrics cannot be read.
        """
        known = self.catalogue.services().by_name
        services = [known[node.service] for node in page.nodes if node.service in known]
        began, closed = page.row.timing.began_at, page.row.timing.closed_at
        now = self.clock.now()
        end = min(now, closed + TAIL) if closed else now
        start = max(began - LEAD, end - LONGEST)
        return Metrics(
            incident_id=page.row.id,
            start=start,
            end=end,
            curves=tuple(self._curves(services[:MOST_SERVICES], start, end, began, live=closed is None)),
            markers=tuple(sorted(markers(page), key=lambda one: one.at)),
            left_out=len(page.nodes) - len(services[:MOST_SERVICES]),
            behind_seconds=behind,
        )

    def _curves(
        self, services: Sequence[Service], start: datetime, end: datetime, began: datetime, *, live: bool
    ) -> Iterator[Curve]:
        if not services:
            return
        _, split = window(services, began)
        series = self.telemetry.series(services, min(start, split - LEAD), end)
        judged = {(one.service, one.measure): one for one in readings(series, split)}
        for each in series:
            yield _curve(each, judged.get((each.service, each.measure)), start, live=live)


def _curve(series: Series, reading: Reading | None, start: datetime, *, live: bool) -> Curve:
    baseline = reading.baseline if reading else None
    pairs = [pair for pair in zip(series.times, series.values, strict=True) if pair[0] >= start]
    return Curve(
        service=series.service,
        measure=series.measure,
        unit=UNITS.get(series.measure, "share"),
        points=tuple((at, _short(value)) for at, value in _thinned(pairs, baseline or 0.0)),
        baseline=baseline,
        limit=_limit(reading) if reading else None,
        forecast=tuple(_ahead(series, reading)) if live and reading else (),
    )


def _short(value: float) -> float:
    """What can be seen of a number."""
    return float(f"{value:.5g}")


def _limit(reading: Reading) -> float:
    away = THRESHOLD * reading.scale
    return reading.baseline + (away if reading.measure in RISES else -away)


def _thinned(pairs: Sequence[tuple[datetime, float]], baseline: float) -> Sequence[tuple[datetime, float]]:
    """Of each stretch the value that is farthest from the baseline: a spike is never thinned away."""
    width = -(-len(pairs) // MOST_POINTS) or 1
    stretches = (pairs[at : at + width] for at in range(0, len(pairs), width))
    return [max(each, key=lambda pair: abs(pair[1] - baseline)) for each in stretches]


def _ahead(series: Series, reading: Reading) -> Iterator[Band]:
    """The forecast with its 95 % borders; errors grow as those of exponential smoothing do.

    Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd ed.), 8.7: 1 + (h - 1) alpha^2.
    """
    period = _period(series)
    if period is None:
        return
    values, last = series.values[-LOOKED_AT:], series.times[-1]
    whole = max(STEPS, int(AHEAD / period))
    for number in range(1, STEPS + 1):
        steps = max(1, whole * number // STEPS)
        found = forecast(values, steps, reading.scale)
        if found is None:
            return
        away = Z * found.spread * sqrt(1 + (steps - 1) * LEVEL**2)
        low = max(found.value - away, 0.0)
        yield Band(
            at=last + steps * period,
            value=_short(found.value),
            low=_short(low),
            high=_short(found.value + away),
        )


def _period(series: Series) -> timedelta | None:
    steps = sorted(after - before for before, after in zip(series.times, series.times[1:], strict=False))
    usual = steps[len(steps) // 2] if steps else timedelta(0)
    return usual if usual > timedelta(0) else None


def markers(page: Page) -> Iterator[Marker]:
    """What happened, to be drawn into the curves."""
    timing, doing = page.row.timing, page.doing
    yield Marker(at=timing.began_at, kind="began", label="first symptom")
    yield Marker(at=timing.detected_at, kind="detected", label=page.row.summary)
    if timing.decided_at:
        yield Marker(at=timing.decided_at, kind="decided", label=page.row.decision.replace("_", " "))
    for one in doing.actions:
        kind = "action" if one.step == "do" else "undo"
        yield Marker(at=one.started_at, kind=kind, label=f"{one.proposal.runbook} on {one.proposal.service}")
    if doing.verified:
        yield Marker(at=doing.verified.at, kind="verified", label=doing.verified.statement)
    if doing.regressed:
        yield Marker(at=doing.regressed.at, kind="regression", label=doing.regressed.statement)
    if doing.rolled_back:
        said = "as before" if doing.rolled_back.restored else "; ".join(doing.rolled_back.differences)
        yield Marker(at=doing.rolled_back.at, kind="rolled_back", label=said)
    if timing.closed_at:
        yield Marker(at=timing.closed_at, kind="end", label=page.row.outcome or "closed")
