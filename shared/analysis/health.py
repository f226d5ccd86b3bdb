"""How services feel: each measure against its own baseline, and which deviations harm anybody."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from shared.analysis.anomaly import RELATIVE_FLOOR, THRESHOLD, score, sustained_points
from shared.domain.service import LIMITS, SYMPTOMS, Measure, Service
from shared.ports.telemetry import Series, Telemetry

RISES = frozenset(Measure) - {Measure.AVAILABILITY}
"""Measures of which more is worse; of availability less is. Traffic alone harms nobody."""
SURGE = 2.0
"""Traffic this many times the usual is a surge."""
LEAST_HISTORY = timedelta(hours=1)
PERIODS_OF_HISTORY = 288
"""A day of five-minute periods; fewer cannot tell one in a hundred from never."""
SHARE_FLOOR = 0.001
"""The smallest scale to believe in of a share of requests: 1 % of an availability would hide an outage."""
LEAST_MARGIN = timedelta(seconds=30)
PERIODS_OF_MARGIN = 2


@dataclass(frozen=True)
class Reading:
    """One measure of one service now."""

    service: str
    measure: Measure
    value: float  # median of the last values, as many as make an excursion, in the measure's unit
    baseline: float  # median of the baseline, same unit
    scale: float  # one robust standard deviation, same unit
    score: float  # robust |z| of the excursion, or the largest without one
    onset: datetime | None  # when the excursion that is still going on began
    harmful: bool  # an excursion in the direction that hurts

    @property
    def symptom(self) -> bool:
        """Whether somebody outside can feel it."""
        return self.harmful and self.measure in SYMPTOMS

    @property
    def surging(self) -> bool:
        """Whether it is traffic, and at least twice as much as usual for a while."""
        surge = self.measure is Measure.TRAFFIC and self.onset is not None
        return surge and self.value >= SURGE * self.baseline > 0

    @property
    def distance(self) -> float:
        """How far the value is on the harmful side of its baseline, in standard deviations, or 0."""
        away = (self.value - self.baseline) / self.scale
        return max(away if self.measure in RISES else -away, 0.0)

    def sentence(self) -> str:
        """The reading for a person."""
        now, normally = _shown(self.measure, self.value), _shown(self.measure, self.baseline)
        return f"{self.service} {self.measure} {now}, normally {normally}"


def _shown(measure: Measure, value: float) -> str:
    """A value in the unit in which people speak of it."""
    if measure is Measure.LATENCY:
        return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.3g} ms"
    if measure is Measure.TRAFFIC:
        return f"{value:.4g} requests"
    return f"{100 * value:.3g} %" if abs(value) < 10 else f"{100 * value:.0f} %"


def window(services: Iterable[Service], at: datetime) -> tuple[datetime, datetime]:
    """(start, split) of the history to read for an incident that began at `at`: baseline before the split.

    The longest metric period of the services decides how much history makes a baseline.
    """
    periods = [source.period for service in services for source in service.metrics.values()]
    period = timedelta(seconds=max(periods, default=60))
    split = at - max(LEAST_MARGIN, PERIODS_OF_MARGIN * period)
    return split - max(LEAST_HISTORY, PERIODS_OF_HISTORY * period), split


@dataclass(frozen=True)
class Examination:
    """What was measured for an incident, and each measure judged by itself."""

    series: tuple[Series, ...]
    split: datetime  # the baseline is before it
    readings: tuple[Reading, ...]

    @property
    def saturated(self) -> frozenset[str]:
        """Services that are at a limit."""
        return frozenset(one.service for one in self.readings if one.harmful and one.measure in LIMITS)

    @property
    def surging(self) -> frozenset[str]:
        """Services that are asked for far more than usual."""
        return frozenset(one.service for one in self.readings if one.surging)


def readings(series: Sequence[Series], split: datetime, sustained: int | None = None) -> tuple[Reading, ...]:
    """Every series judged: values at or after the split against those before it.

    `sustained` is how many values in a row make an excursion; by each series' own period when not given.
    """
    return tuple(one for each in series if (one := _reading(each, split, sustained)) is not None)


def examine(
    telemetry: Telemetry,
    services: Sequence[Service],
    began: datetime,
    now: datetime,
    sustained: int | None = None,
) -> Examination:
    """Every measure of these services, judged for an incident that began at `began`."""
    start, split = window(services, began)
    series = telemetry.series(services, start, now)
    return Examination(series, split, readings(series, split, sustained))


def settled(series: Sequence[Series], split: datetime, since: datetime) -> bool | None:
    """Whether the last values since a time, as many as make an excursion, are all within the baseline.

    None when there are fewer, or no baseline to compare any with.
    """
    enough, compared = True, False
    for each in series:
        reading = _reading(each, split, 1)
        count = sustained_points(each.times)
        last = [value for at, value in zip(each.times, each.values, strict=True) if at >= since][-count:]
        if reading is None or reading.measure not in SYMPTOMS:
            continue
        compared = True
        if len(last) < count:
            enough = False
        elif any(_harmful(reading.measure, (v - reading.baseline) / reading.scale) for v in last):
            return False
    return True if enough and compared else None


def _reading(series: Series, split: datetime, sustained: int | None) -> Reading | None:
    count = sustained_points(series.times)
    first = bisect_left(series.times, split)
    before, values = series.values[:first], series.values[first:]
    if not before or not values:
        return None
    found = score(values, before, sustained or count, _floor(series.measure, median(before)))
    onset = None if found.onset is None else series.times[first + found.onset]
    worse = found.rising if series.measure in RISES else not found.rising
    return Reading(
        service=series.service,
        measure=series.measure,
        value=median(values[-(sustained or count) :]),
        baseline=found.baseline,
        scale=found.scale,
        score=found.score,
        onset=onset,
        harmful=onset is not None and worse and series.measure is not Measure.TRAFFIC,
    )


def _floor(measure: Measure, usual: float) -> float:
    """The smallest scale to believe in, in the unit of the measure; availability may be in per cent."""
    if measure is Measure.ERRORS:
        return SHARE_FLOOR
    return (SHARE_FLOOR if measure is Measure.AVAILABILITY else RELATIVE_FLOOR) * abs(usual)


def _harmful(measure: Measure, z: float) -> bool:
    return (z if measure in RISES else -z) > THRESHOLD
