"""What an agent makes of the application by its own reading: where it hurts, since when, where it comes from.

What the opening says of these is a hint that nobody follows here: detection wrote it, and detection may lie.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from shared.analysis.health import Examination, examine, readings, window
from shared.analysis.signs import growth_of, signs_of
from shared.analysis.trace import Trace, trace
from shared.domain.incident import Incident
from shared.domain.mechanism import Sign
from shared.domain.service import Service, ServiceCatalogue
from shared.ports.sources import Sources
from shared.ports.telemetry import Series

REACH = timedelta(hours=1)
"""So long before people were asked about it trouble may have begun."""


@dataclass(frozen=True)
class Situation:
    """One reading of all measures of the application."""

    found: Examination
    traced: Trace | None  # None: nothing can be felt
    began: datetime  # of the trouble at the root; without one, when the look was asked for

    @property
    def root(self) -> str | None:
        """The service that the trouble comes from."""
        return self.traced.first if self.traced else None

    def signs(self, service: str) -> frozenset[Sign]:
        """What the measures of a service show."""
        return self._signs.get(service, frozenset())

    @cached_property
    def _signs(self) -> Mapping[str, frozenset[Sign]]:
        """Asked for again with every remedy, and read from an hour of measures."""
        return {name: signs_of(self.found, name) for name in {one.service for one in self.found.readings}}


Look = Callable[[Incident, Sources], Situation]


def own_reading(incident: Incident, sources: Sources) -> Situation:
    """By the measures alone, from when the workflow first asked, back to before anything was unusual.

    Raises:
        OutOfTime: the metrics did not come in time.
    """
    catalogue, now = sources.catalogue.services(), sources.clock.now()
    services = catalogue.of_application(incident.opened.application)
    asked = min(incident.investigated_at or incident.detected_at, now)
    start, split = window(services, asked)
    series = sources.telemetry.series(services, start - REACH, now)
    found = _from_before(series, split, asked - split, asked - REACH)
    traced = _traced(catalogue, services, found)
    began = _began(found, traced, asked)
    acted = min((one.started_at for one in incident.actions), default=now)
    if began > acted:  # what a remedy of this incident did is not where the incident comes from
        return Situation(found, None, asked)
    return Situation(found, traced, began)


def opening_believed(incident: Incident, sources: Sources) -> Situation:
    """As the opening says, entry and onset: how agents looked before, kept to measure what that is worth.

    Raises:
        OutOfTime: the metrics did not come in time.
    """
    catalogue, opened = sources.catalogue.services(), incident.opened
    services = catalogue.of_application(opened.application)
    found = examine(sources.telemetry, services, opened.started_at, sources.clock.now())
    traced = trace(found.series, catalogue, opened.service, found.split, saturated=found.saturated)
    return Situation(found, traced, opened.started_at)


def _from_before(
    series: Sequence[Series], split: datetime, margin: timedelta, earliest: datetime
) -> Examination:
    """All measures against what they were before the first of them left its usual."""
    step = margin
    while True:
        found = readings(series, split)
        onsets = [one.onset for one in found if one.onset and (one.harmful or one.surging)]
        first = min(onsets, default=None)
        if first is None or first >= split + margin or split <= earliest:
            return Examination(tuple(series), split, found)
        split, step = max(min(first - margin, split - step), earliest), 2 * step


def _traced(catalogue: ServiceCatalogue, services: Sequence[Service], found: Examination) -> Trace | None:
    """From where people feel it (symptomatic, and called by nobody who is) to where it comes from."""
    felt = {one.service for one in found.readings if one.symptom}
    tops = [name for name in felt if not felt.intersection(catalogue.callers.get(name, ()))]
    entries = tops or [one.name for one in services]
    for entry in sorted(entries, key=lambda name: (-len(catalogue.below(name)), name)):
        traced = trace(found.series, catalogue, entry, found.split, saturated=found.saturated)
        if traced is not None:
            return traced
    return None


def _began(found: Examination, traced: Trace | None, asked: datetime) -> datetime:
    """When the root's memory began to climb, or its symptoms, or whatever of it is unusual."""
    if traced is None:
        return asked
    grown = growth_of(found, traced.first)
    mine = [one for one in found.readings if one.service == traced.first and one.onset is not None]
    kinds = (
        [grown] if grown else [],
        [one for one in mine if one.symptom],
        [one for one in mine if one.harmful or one.surging],
        [one for one in found.readings if one.symptom],
    )
    return next((min(one.onset for one in kind if one.onset) for kind in kinds if kind), asked)
