"""The services being watched: tier, call graph, and where each one's metrics, logs and resources are."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from pydantic import Field

from shared.domain.errors import InvalidConfiguration, UnknownService
from shared.domain.local_time import unknown_zone
from shared.domain.model import Model, Name


class Tier(StrEnum):
    """How much the business depends on a service."""

    CRITICAL = "critical"
    IMPORTANT = "important"
    SUPPORTING = "supporting"

    @property
    def cost_per_minute(self) -> Decimal:
        """US dollars that a minute of outage costs outside business hours."""
        return {"critical": Decimal(10_000), "important": Decimal(1_000), "supporting": Decimal(100)}[self]


class ServiceKind(StrEnum):
    """What a service is, as far as it changes what its failure is called."""

    SERVICE = "service"
    DATABASE = "database"
    CACHE = "cache"
    QUEUE = "queue"


class Measure(StrEnum):
    """What a metric says about a service (the golden signals, and availability)."""

    LATENCY = "latency"  # seconds
    ERRORS = "errors"  # share of requests, 0..1
    TRAFFIC = "traffic"  # requests a period
    SATURATION = "saturation"  # share of a limit, 0..1
    CPU = "cpu"  # share of a limit, 0..1
    MEMORY = "memory"  # share of a limit, 0..1
    AVAILABILITY = "availability"  # share of requests answered well, 0..1 (or per cent: compared to itself)


SYMPTOMS = frozenset({Measure.LATENCY, Measure.ERRORS, Measure.AVAILABILITY})
"""Measures that somebody outside can feel; traffic and what is used of a limit are busy, not broken."""
LIMITS = frozenset({Measure.SATURATION, Measure.CPU, Measure.MEMORY})
"""Measures of how much is used of something that there is no more of."""


class MetricSource(Model):
    """The CloudWatch metric behind a measure."""

    namespace: Name
    name: Name
    dimensions: dict[str, str] = Field(default_factory=dict)
    statistic: str = "Average"
    period: int = Field(default=60, ge=1, description="seconds")


class Service(Model):
    """One service of the catalogue."""

    name: Name
    application: Name
    kind: ServiceKind = ServiceKind.SERVICE
    tier: Tier = Tier.SUPPORTING
    depends_on: tuple[str, ...] = Field(default=(), description="the services that it calls")
    metrics: dict[Measure, MetricSource] = Field(default_factory=dict)
    log_group: str | None = None
    resources: dict[str, str] = Field(
        default_factory=dict, description="what runbooks may act on: resource kind -> ARN or name"
    )
    guard_alarm: str | None = Field(
        default=None, max_length=255, description="the CloudWatch alarm that stops an automation on it"
    )
    users: int = Field(default=0, ge=0)
    time_zone: str = "UTC"


class ServiceCatalogue(Model):
    """All services, with the questions that agents ask about the call graph."""

    services: tuple[Service, ...]

    @cached_property
    def by_name(self) -> dict[str, Service]:
        """Service by name."""
        return {service.name: service for service in self.services}

    @cached_property
    def callers(self) -> dict[str, tuple[str, ...]]:
        """Service -> those that call it."""
        found: dict[str, list[str]] = {name: [] for name in self.by_name}
        for service in self.services:
            for callee in service.depends_on:
                found.setdefault(callee, []).append(service.name)
        return {name: tuple(names) for name, names in found.items()}

    def get(self, name: str) -> Service:
        """The service.

        Raises:
            UnknownService: it is not in the catalogue.
        """
        try:
            return self.by_name[name]
        except KeyError:
            raise UnknownService(f"{name!r} is not in the service catalogue") from None

    def callees(self, name: str) -> tuple[str, ...]:
        """What a service calls, those in the catalogue only."""
        service = self.by_name.get(name)
        return tuple(callee for callee in service.depends_on if callee in self.by_name) if service else ()

    def below(self, name: str, depth: int = 5) -> tuple[str, ...]:
        """The service and what it depends on, nearest first, at most `depth` calls away."""
        return _walk(name, self.callees, depth)

    def above(self, name: str, depth: int = 5) -> tuple[str, ...]:
        """The service and what depends on it, nearest first, at most `depth` calls away."""
        return _walk(name, lambda at: self.callers.get(at, ()), depth)

    def of_application(self, application: str) -> tuple[Service, ...]:
        """The services of one application."""
        return tuple(service for service in self.services if service.application == application)

    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong: its path, what, and what to write instead."""
        return tuple(self._problems())

    def validated(self) -> "ServiceCatalogue":
        """This catalogue, checked.

        Raises:
            InvalidConfiguration: everything that is wrong, by path, and what to write instead.
        """
        found = self.problems()
        if found:
            raise InvalidConfiguration("; ".join(found))
        return self

    def _problems(self) -> Iterator[str]:
        counts = Counter(one.name for one in self.services)
        yield from (
            f"services: a service name appears twice: {name!r}; rename all but one"
            for name, count in counts.items()
            if count > 1
        )
        for one in self.services:
            path = f"services.{one.name}"
            yield from (
                f"{path}.depends_on: no service {callee!r}; name one of this file"
                for callee in one.depends_on
                if callee not in self.by_name
            )
            yield from unknown_zone(path, one.time_zone)


def _walk(start: str, step: Callable[[str], tuple[str, ...]], depth: int) -> tuple[str, ...]:
    seen, queue = [start], deque([(start, 0)])
    while queue:
        at, level = queue.popleft()
        if level == depth:
            continue
        for name in step(at):
            if name not in seen:
                seen.append(name)
                queue.append((name, level + 1))
    return tuple(seen)
