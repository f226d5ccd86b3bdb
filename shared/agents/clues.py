"""Where diagnosis looks for the kind of cause: the change ledger, the memory, and what the logs say anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.analysis.causes import CONNECTIONS_SPENT, OUT_OF_MEMORY, Clues, says
from shared.analysis.growth import climbed
from shared.analysis.health import Examination, Reading, window
from shared.analysis.origins import Origin, dominating
from shared.analysis.templates import Burst, bursts
from shared.domain.incident import Incident
from shared.domain.service import Measure, Service
from shared.domain.signal import Signal
from shared.ports.sources import Sources

BEFORE = timedelta(minutes=30)
"""A change this long before the onset may have caused it."""
AFTER = timedelta(seconds=15)
"""Announcements of a change may come this much later than its effect."""
MOST_LINES = 2_000
CAUSE_OF_CHANGE = {"ssm": "configuration_change", "ecs": "deployment"}


def changes_of(sources: Sources, incident: Incident, service: str) -> tuple[Signal, ...]:
    """The last changes of a service before the incident began, oldest first, at most three."""
    opened = incident.opened
    began = opened.started_at
    noted = sources.changes.between(opened.application, began - BEFORE, began + AFTER)
    return tuple(one for one in noted if one.service == service)[-3:]


@dataclass(frozen=True)
class Logs:
    """What a service's log lines say that they did not say before."""

    bursts: tuple[Burst, ...] = ()
    origin: Origin | None = None
    out_of_memory: bool = False
    connections_spent: bool = False


def logs_of(sources: Sources, service: Service, began: datetime, now: datetime) -> Logs:
    """What a service logs since the incident began, against what it logged before.

    Raises:
        PortError: the logs could not be read.
    """
    if service.log_group is None:
        return Logs()
    _, split = window([service], began)
    lines = sources.telemetry.logs(service, split, now, MOST_LINES)
    before = [one.message for one in sources.telemetry.logs(service, split - BEFORE, split, MOST_LINES)]
    fresh = [one.message for one in lines]
    since = [one.message for one in lines if one.at >= began]
    return Logs(
        bursts=bursts(fresh, before),
        origin=dominating(since, [*before, *(one.message for one in lines if one.at < began)]),
        out_of_memory=says(OUT_OF_MEMORY, fresh, before),
        connections_spent=says(CONNECTIONS_SPENT, fresh, before),
    )


def clues_of(found: Examination, service: str, changes: Sequence[Signal], grown: Reading | None) -> Clues:
    """What was seen of a service without its logs."""
    kinds = [CAUSE_OF_CHANGE[one.source] for one in changes if one.source in CAUSE_OF_CHANGE]
    return Clues(
        change=kinds[-1] if kinds else None,
        saturated=service in found.saturated,
        surging=service in found.surging,
        grown=grown is not None,
    )


def growth_of(found: Examination, service: str) -> Reading | None:
    """The service's memory, if it climbed bit by bit to where it is."""
    reading = next(
        (
            one
            for one in found.readings
            if (one.service, one.measure) == (service, Measure.MEMORY) and one.harmful
        ),
        None,
    )
    if reading is None or reading.onset is None:
        return None
    [series] = [one for one in found.series if (one.service, one.measure) == (service, Measure.MEMORY)]
    pairs = zip(series.times, series.values, strict=True)
    way = [value for at, value in pairs if at >= reading.onset]
    return reading if climbed(way, reading.baseline) else None
