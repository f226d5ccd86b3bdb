"""The regression watch: are the symptoms gone since the remedy, and did it make anything worse?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.analysis.anomaly import sustained_points
from shared.analysis.health import Reading, readings, settled, window
from shared.domain.errors import CommandRefused
from shared.domain.facts import Fact, RegressionDetected, RemedyVerified
from shared.domain.incident import Action, Incident
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust, EventStore, load, record
from shared.ports.telemetry import Series, Telemetry

WORSE = 1.5
"""A symptom this many times as far from its baseline as before the remedy is a regression."""
PENDING, VERIFIED, REGRESSED = "pending", "verified", "regressed"


@dataclass(frozen=True)
class Watching:
    """Looks at the metrics that defined the incident, for the regression window."""

    store: EventStore
    distrust: Distrust
    clock: Clock
    catalogue: CatalogueSource
    telemetry: Telemetry
    window: timedelta

    def watch(self, incident_id: str) -> str:
        """`pending` until the window is over; `regressed` at once when a symptom is clearly worse.

        The first time that all symptoms are gone is written down as RemedyVerified; whether they stay
        gone decides at the end of the window.
        """
        state = load(self.store, incident_id, self.distrust)
        done = state.action()
        if done is None or done.ended_at is None:
            raise CommandRefused(f"{incident_id}: there is no remedy to watch")
        if state.regressed is not None:
            return REGRESSED
        now = self.clock.now()
        services = self.catalogue.services().of_application(state.opened.application)
        start, split = window(services, state.began)
        series = self.telemetry.series(services, start, now)
        worse = _worse(series, split, done)
        if worse is not None:
            return self._regressed(state, worse, {"measure": worse.measure, "value": worse.value})
        well = settled(series, split, done.ended_at)
        if well and state.verified is None:
            self._verified(state, now)
        if now < done.ended_at + self.window:
            return PENDING
        if well:
            return VERIFIED
        return self._regressed(state, None, {})

    def _verified(self, state: Incident, now: datetime) -> None:
        seconds = round((now - state.detected_at).total_seconds(), 1)

        def decide(latest: Incident) -> tuple[Fact, ...]:
            if latest.verified is not None:
                return ()
            statement = f"nothing of {', '.join(state.opened.services)} can be felt any more"
            return (RemedyVerified(attempt=state.attempt, statement=statement, data={"seconds": seconds}),)

        record(self.store, state.id, decide, distrust=self.distrust)

    def _regressed(self, state: Incident, worse: Reading | None, data: dict[str, str | float]) -> str:
        limit = int(self.window.total_seconds())
        statement = f"{worse.sentence()}: worse" if worse else f"it did not get well within {limit} s"

        def decide(latest: Incident) -> tuple[Fact, ...]:
            if latest.regressed is not None:
                return ()
            return (RegressionDetected(attempt=state.attempt, statement=statement, data=dict(data)),)

        record(self.store, state.id, decide, distrust=self.distrust)
        return REGRESSED


def _worse(series: Sequence[Series], split: datetime, done: Action) -> Reading | None:
    """The symptom that is at least half as far again from its baseline as it was before the remedy."""
    before = {(one.service, one.measure): one for one in readings(_until(series, done.started_at), split)}
    since = done.ended_at or done.started_at
    fresh = [one for one in series if sum(at >= since for at in one.times) >= sustained_points(one.times)]
    for one in readings(fresh, split):
        earlier = before.get((one.service, one.measure))
        if one.symptom and one.distance > WORSE * (earlier.distance if earlier else 0.0):
            return one
    return None


def _until(series: Sequence[Series], end: datetime) -> tuple[Series, ...]:
    return tuple(
        Series(one.service, one.measure, times, one.values[: len(times)])
        for one in series
        for times in [tuple(at for at in one.times if at < end)]
    )
