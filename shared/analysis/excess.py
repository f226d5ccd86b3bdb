"""How much harm each service does a period: the deviation of a measure, times the requests that met it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from shared.analysis.anomaly import sustained_points
from shared.domain.service import Measure, ServiceCatalogue
from shared.ports.telemetry import Series

Values = NDArray[np.float64]


class Harm(StrEnum):
    """What travels from callee to caller: failing as failing, waiting as waiting."""

    FAILURES = "failures"  # excess in failed requests a period
    LATENCY = "latency"  # excess in seconds of waiting a period


HARM_OF = {
    Measure.LATENCY: Harm.LATENCY,
    Measure.ERRORS: Harm.FAILURES,
    Measure.AVAILABILITY: Harm.FAILURES,
}


@dataclass(frozen=True)
class Excess:
    """Harm beyond what is normal, by service; every array has one value for each of the same periods."""

    before: Mapping[str, Values]  # (m,) each, the periods of the baseline
    now: Mapping[str, Values]  # (n,) each, the last periods: as many as make an excursion


def measure_excess(
    series: Sequence[Series],
    catalogue: ServiceCatalogue,
    entry: str,
    harm: Harm,
    split: datetime,
    sustained: int | None = None,
) -> Excess | None:
    """The excess of each service at the periods at which `entry` has the measure; None without any.

    excess = (value - median of the baseline, signed towards harm) x requests a period: a profiler's total
    time. Without the weight a call that is rare and slow hides one that is common and a little slow. The
    baseline is weighted by the requests of now as well, so that being busy makes no noise look rare.

    Args:
        split: the baseline is what was measured before it.
        sustained: how many of the last periods are `now`; when not given, as many as make an excursion.
    """
    felt = {name: one for name, one in _harm(series, harm).items() if name in catalogue.by_name}
    times = sorted(felt.get(entry, {}))
    first = sum(at < split for at in times)
    if first == 0 or first == len(times):
        return None
    count = sustained_points(times) if sustained is None else sustained
    last = max(first, len(times) - count)
    requests = _requests(series, times[last:])
    own: dict[str, Values] = {}
    for name, points in felt.items():
        values = _column(points, times)
        usual = values[:first][np.isfinite(values[:first])]
        if usual.size:
            weight = _weight(catalogue, requests, name)
            own[name] = np.nan_to_num(values - np.median(usual), nan=0.0) * weight
    return Excess(
        before={name: values[:first] for name, values in own.items()},
        now={name: values[last:] for name, values in own.items()},
    )


def _harm(series: Sequence[Series], harm: Harm) -> dict[str, dict[datetime, float]]:
    """Service -> instant -> the measure as harm; of errors and unavailability the greater."""
    found: dict[str, dict[datetime, float]] = {}
    for one in series:
        if HARM_OF.get(one.measure) is not harm:
            continue
        mine = found.setdefault(one.service, {})
        for at, value in _points(one).items():
            mine[at] = max(value, mine.get(at, value))
    return found


def _points(one: Series) -> dict[datetime, float]:
    if one.measure is not Measure.AVAILABILITY:
        return dict(zip(one.times, one.values, strict=True))
    whole = 100.0 if max(one.values, default=0.0) > 1.0 else 1.0  # some say it in per cent
    return {at: 1.0 - value / whole for at, value in zip(one.times, one.values, strict=True)}


def _column(points: Mapping[datetime, float], times: Sequence[datetime]) -> Values:
    return np.array([points.get(at, np.nan) for at in times], dtype=float)


def _requests(series: Sequence[Series], times: Sequence[datetime]) -> dict[str, float]:
    """Service -> requests a period, of those that count them: the median of these periods."""
    found = {}
    for one in series:
        if one.measure is Measure.TRAFFIC:
            counted = np.nan_to_num(_column(_points(one), times))
            found[one.service] = float(np.median(counted))
    return found


def _weight(catalogue: ServiceCatalogue, requests: Mapping[str, float], name: str) -> float:
    """Requests a period; of a service that does not count them, those of its callers.

    Callers are added up, nearest first; when nobody above counts requests either, the mean of those that
    do stands in, and 1 when nobody does: then all services weigh the same.
    """
    if name in requests:
        return requests[name]
    level, seen = {name}, {name}
    while level:
        level = {caller for one in level for caller in catalogue.callers.get(one, ())} - seen
        seen |= level
        known = [requests[one] for one in level if one in requests]
        if known:
            return sum(known)
    return sum(requests.values()) / len(requests) if requests else 1.0
