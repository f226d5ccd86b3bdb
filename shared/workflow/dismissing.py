"""What nobody feels is not lost: an event with its reason, in the log of its application's day."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.analysis.health import Reading, examine
from shared.domain.dismissals import day_of, log_of, told_at
from shared.domain.events import Event
from shared.domain.facts import AlarmDismissed, Fact
from shared.domain.service import SYMPTOMS, ServiceCatalogue
from shared.domain.signal import Signal
from shared.ports.event_store import EventStore, record_events
from shared.ports.sources import Sources

FEW = 10
"""Readings that are written down: the alarm's own service first."""


@dataclass(frozen=True)
class Dismissing:
    """Idempotent and bounded: a signal is written down once, and at most two hundred a day."""

    store: EventStore
    sources: Sources

    def note(self, signal: Signal, application: str) -> None:
        """Write it down.

        Raises:
            UnknownService: its service is not in the catalogue.
            PortError: it is not known to be written.
        """
        services = self.sources.catalogue.services()
        service = services.get(signal.service)
        log_id = log_of(application, service, signal.at)
        seen = day_of(log_id, self.store.read(log_id))
        if seen.has(signal) or seen.is_full:
            return
        looked_at = self._looked_at(signal, application, services)
        fact = AlarmDismissed(
            signal=signal,
            application=application,
            reason=_reason(signal, application),
            looked_at=looked_at,
            tell_at=told_at(service, signal.at),
        )

        def decide(events: Sequence[Event]) -> tuple[Fact, ...]:
            day = day_of(log_id, events)
            return () if day.has(signal) or day.is_full else (fact,)

        record_events(self.store, log_id, decide)

    def _looked_at(self, signal: Signal, application: str, services: ServiceCatalogue) -> tuple[str, ...]:
        """What was measured of the alarm's own service, and the symptoms of those that call it."""
        now, ours = self.sources.clock.now(), services.of_application(application)
        found = examine(self.sources.telemetry, ours, signal.at, now).readings
        above = services.above(signal.service)
        near = [one for one in found if one.service in above and _tells(one, signal)]
        near.sort(key=lambda one: (above.index(one.service), one.measure is not signal.measure))
        return tuple(one.sentence() for one in near[:FEW])


def _tells(reading: Reading, signal: Signal) -> bool:
    return reading.service == signal.service or reading.measure in SYMPTOMS


def _reason(signal: Signal, application: str) -> str:
    if signal.measure in SYMPTOMS:
        return f"nobody feels it: {signal.service} {signal.measure} is as usual for it"
    about = f"{signal.service} {signal.measure or 'what it watches'}"
    return (
        f"nobody feels it: {about} alarmed, and no latency, error or availability in {application} is unusual"
    )
