"""What an incident is called, and how surely, on a service that has nothing to do with the demo's."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_changes import MemoryChanges
from shared.agents.detection import assess
from shared.domain.service import Measure, MetricSource, Service, ServiceCatalogue, ServiceKind
from shared.domain.signal import Signal, SignalKind
from shared.ports.sources import Sources
from shared.ports.telemetry import Series

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
MINUTE, HISTORY, ILL = timedelta(minutes=1), 120, 6
USUAL = {Measure.LATENCY: 0.2, Measure.ERRORS: 0.002, Measure.TRAFFIC: 50.0, Measure.CPU: 0.3}
USUAL |= {Measure.MEMORY: 0.4, Measure.SATURATION: 0.3}


class Told:
    """Two hours of one service, a value a minute; in the last minutes some measures are otherwise."""

    def __init__(self, **now: float) -> None:
        noise = np.random.default_rng(3)
        times = tuple(NOW - MINUTE * back for back in reversed(range(HISTORY)))
        self._series = tuple(
            Series(
                "mailer",
                measure,
                times,
                tuple(
                    (now.get(measure.value, usual) if index >= HISTORY - ILL else usual)
                    * noise.uniform(0.97, 1.03)
                    for index in range(HISTORY)
                ),
            )
            for measure, usual in USUAL.items()
        )

    def series(self, services, start, end):
        return self._series


def opened(kind=ServiceKind.SERVICE, **now):
    metrics = {measure: MetricSource(namespace="Mail", name=measure.value) for measure in USUAL}
    mailer = Service(name="mailer", application="mail", kind=kind, metrics=metrics)
    catalogue = MemoryCatalogue(ServiceCatalogue(services=(mailer,)))
    sources = Sources(ManualClock(NOW), catalogue, Told(**now), MemoryChanges(), None)
    felt = Measure.ERRORS if "errors" in now else Measure.LATENCY
    signal = Signal(
        source="cloudwatch", kind=SignalKind.ALARM, service="mailer", measure=felt, at=NOW, key="1"
    )
    return assess(signal, sources)


@pytest.mark.parametrize(
    ("now", "kind", "name", "least"),
    [
        ({"latency": 2.0, "cpu": 0.97}, ServiceKind.SERVICE, "resource_exhaustion", 950),
        ({"latency": 2.0, "memory": 0.98}, ServiceKind.SERVICE, "resource_exhaustion", 880),
        ({"latency": 2.0, "saturation": 1.0}, ServiceKind.SERVICE, "resource_exhaustion", 880),
        ({"latency": 2.0, "traffic": 400.0, "cpu": 0.97}, ServiceKind.SERVICE, "traffic_surge", 880),
        ({"latency": 2.0, "cpu": 0.97}, ServiceKind.DATABASE, "database_failure", 880),
        ({"latency": 2.0}, ServiceKind.SERVICE, "latency", 700),
        ({"errors": 0.5}, ServiceKind.SERVICE, "errors", 700),
        ({"latency": 2.0, "memory": 0.1, "cpu": 0.01}, ServiceKind.SERVICE, "latency", 700),
    ],
)
def test_an_incident_is_called_after_what_is_seen_where_it_comes_from(now, kind, name, least):
    found = opened(kind, **now)
    assert found.classification == name
    assert least <= found.confidence <= 950


@pytest.mark.parametrize(
    "now", [{"traffic": 400.0}, {"cpu": 0.97, "memory": 0.98}, {"traffic": 400.0, "cpu": 0.97}]
)
def test_busy_is_not_broken(now):
    assert opened(**now) is None
