"""Telemetry that was recorded: what a reader at `end` could have known, and nothing later."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.service import Service
from shared.ports.telemetry import LogLine, Series


class RecordedTelemetry:
    """The port `Telemetry` over series and log lines held in this process."""

    def __init__(self, series: Sequence[Series], logs: Sequence[LogLine] = ()) -> None:
        self._series = tuple(series)
        self._logs = sorted(logs, key=lambda line: line.at)

    def series(self, services: Sequence[Service], start: datetime, end: datetime) -> tuple[Series, ...]:
        """Every measure of these services in [start, end]; a measure without data is absent."""
        asked = {service.name for service in services}
        found = (_between(one, start, end) for one in self._series if one.service in asked)
        return tuple(one for one in found if one.times)

    def logs(self, service: Service, start: datetime, end: datetime, limit: int) -> tuple[LogLine, ...]:
        """At most `limit` lines of one service, newest kept."""
        found = [line for line in self._logs if line.service == service.name and start <= line.at <= end]
        return tuple(found[max(len(found) - limit, 0) :])


def _between(series: Series, start: datetime, end: datetime) -> Series:
    kept = [(at, value) for at, value in zip(series.times, series.values, strict=True) if start <= at <= end]
    return Series(
        service=series.service,
        measure=series.measure,
        times=tuple(at for at, _ in kept),
        values=tuple(value for _, value in kept),
    )
