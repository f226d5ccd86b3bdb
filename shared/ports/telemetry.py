"""What the watched services say about themselves: metric series and log lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.service import Measure, Service


@dataclass(frozen=True)
class Series:
    """One measure of one service, oldest first; `times` are aware UTC, gaps are absent."""

    service: str
    measure: Measure
    times: tuple[datetime, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class LogLine:
    """One log line: untrusted text, always."""

    service: str
    at: datetime
    message: str


class Telemetry(Protocol):
    """Reads metrics and logs; never writes."""

    def series(self, services: Sequence[Service], start: datetime, end: datetime) -> tuple[Series, ...]:
        """Every measure of these services in [start, end]; a measure without data is absent."""
        ...

    def logs(self, service: Service, start: datetime, end: datetime, limit: int) -> tuple[LogLine, ...]:
        """At most `limit` lines of one service, newest kept."""
        ...
