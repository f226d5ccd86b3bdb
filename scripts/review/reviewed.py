"""What a log adds up to for a review: what is believed of it, the phases with their limits, the figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from shared.domain import facts
from shared.domain.events import Event, malformed, rejections
from shared.domain.felt import Felt
from shared.domain.folding import fold
from shared.domain.impact import BusinessImpact
from shared.domain.incident import Incident
from shared.domain.local_time import zone_of
from shared.domain.service import Service, ServiceCatalogue

F = TypeVar("F", bound=facts.Fact)


@dataclass(frozen=True)
class Phase:
    """A part of the way from the first symptom to the cure, and how long it may take."""

    name: str
    took: timedelta
    limit: timedelta

    @property
    def in_time(self) -> bool:
        """Whether it took no longer than it may."""
        return self.took <= self.limit


@dataclass(frozen=True)
class Reviewed:
    """An incident's log, and the services as the catalogue has them now."""

    log: Sequence[Event]
    services: ServiceCatalogue
    earlier: Sequence[timedelta] = ()  # how long its earlier incidents of this kind took, where that is known

    @cached_property
    def malformed(self) -> dict[int, str]:
        """What says nothing, whoever wrote it: version and fault."""
        return {one.version: fault for one in self.log if (fault := malformed(one)) is not None}

    @cached_property
    def rejected(self) -> tuple[facts.AuthorRejected, ...]:
        """What the coordinator found to be another's words."""
        return rejections(self.log)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """What is believed."""
        ignored = {one.event_id for one in self.rejected}
        return tuple(
            one for one in self.log if one.version not in self.malformed and one.event_id not in ignored
        )

    @cached_property
    def incident(self) -> Incident:
        """What it adds up to."""
        return fold(self.events)

    @property
    def service(self) -> Service | None:
        """The incident's, if the catalogue still has it."""
        return self.services.by_name.get(self.incident.opened.service)

    def said(self, kind: type[F]) -> tuple[tuple[datetime, F], ...]:
        """Every fact of a kind, with its time."""
        return tuple((one.occurred_at, fact) for one in self.events if isinstance(fact := one.fact, kind))

    @property
    def zone(self) -> ZoneInfo:
        """The service's; UTC when it is not known."""
        return zone_of(self.service.time_zone if self.service else "UTC")

    @property
    def cured_at(self) -> datetime | None:
        """When the last remedy was verified that did not let it come back."""
        came_back = {one.attempt for _, one in self.said(facts.RegressionDetected)}
        held = [at for at, one in self.said(facts.RemedyVerified) if one.attempt not in came_back]
        return held[-1] if held else None

    @property
    def end(self) -> datetime:
        """When it stopped to cost: at the cure, when people say or telemetry did; else when it was closed."""
        if len(self.incident.felt) > 1:
            return self.incident.felt[-1].ends or self.closed_at
        people = self.incident.people.resolved_at if self.incident.people else None
        return self.cured_at or people or self.incident.felt[-1].ends or self.closed_at

    @property
    def felt(self) -> tuple[Felt, ...]:
        """The stretches that it cost."""
        earlier = self.incident.felt[:-1]
        return (*earlier, Felt(begins=self.incident.felt[-1].begins, ends=self.end))

    @property
    def closed_at(self) -> datetime:
        """When it was closed; the last event, while it is not."""
        closed = self.said(facts.IncidentClosed)
        return closed[0][0] if closed else self.events[-1].occurred_at

    @property
    def impact(self) -> BusinessImpact | None:
        """What it costs the business."""
        return BusinessImpact.of(self.service) if self.service else None

    @property
    def harmful(self) -> tuple[facts.ActionStarted, ...]:
        """What was done and made things worse, or was undone before the end."""
        worse = {one.attempt for _, one in self.said(facts.RegressionDetected)}
        worse |= {one.attempt for at, one in self.said(facts.RolledBack) if at <= self.closed_at}
        return tuple(
            one for _, one in self.said(facts.ActionStarted) if one.attempt in worse and not one.undo
        )

    def phases(self) -> Iterator[Phase]:
        """Those that the log shows, each with the limit that the product promises."""
        state = self.incident
        yield Phase("detect", state.detected_at - state.opened.started_at, timedelta(seconds=120))
        ends = (*self.said(facts.ConsensusReached), *self.said(facts.EscalatedToHuman))
        decided = min((at for at, _ in ends), default=None)
        acted = next((at for at, one in self.said(facts.ActionStarted) if not one.undo), None)
        if decided is not None:
            yield Phase("decide", decided - state.detected_at, timedelta(seconds=120))
        if decided is not None and acted is not None:
            yield Phase("act", acted - decided, timedelta(seconds=60))
        if self.cured_at is not None:
            whole = self.cured_at - state.opened.started_at
            yield Phase("cure, from the first symptom", whole, timedelta(seconds=180))
