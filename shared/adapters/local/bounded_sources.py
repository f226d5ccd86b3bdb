"""Sources that answer in time or not at all: who asks is never kept waiting beyond the end of its look."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from shared.domain.errors import OutOfTime
from shared.domain.runbook import Runbook, State
from shared.domain.service import Service
from shared.domain.signal import Signal
from shared.ports.clock import Clock
from shared.ports.sources import Sources
from shared.ports.telemetry import LogLine, Series

T = TypeVar("T")


@dataclass(frozen=True)
class Bound:
    """Runs a call beside; one that is given up ends by its own time limits, and its answer is dropped."""

    clock: Clock
    until: datetime

    def call(self, what: str, ask: Callable[[], T]) -> T:
        """The answer, if it comes before the end.

        Raises:
            OutOfTime: it did not.
        """
        answer: Future[T] = Future()

        def answering() -> None:
            try:
                answer.set_result(ask())
            except BaseException as error:  # noqa: BLE001 - handed on to whoever waits, unchanged
                answer.set_exception(error)

        threading.Thread(target=answering, daemon=True, name=what).start()
        left = max(self.until - self.clock.now(), timedelta())
        try:
            return answer.result(left.total_seconds())
        except TimeoutError as late:
            if answer.done():  # it came just now, or is itself such an error
                return answer.result()
            raise OutOfTime(what) from late


def bounded(sources: Sources, until: datetime) -> Sources:
    """The same sources; those that may be slow are given up at `until`."""
    bound = Bound(sources.clock, until)
    return replace(
        sources,
        telemetry=_Telemetry(sources, bound),
        changes=_Changes(sources, bound),
        resources=_Resources(sources, bound),
        own=_Own(sources, bound),
    )


@dataclass(frozen=True)
class _Telemetry:
    real: Sources
    bound: Bound

    def series(self, services: Sequence[Service], start: datetime, end: datetime) -> tuple[Series, ...]:
        return self.bound.call("metrics", lambda: self.real.telemetry.series(services, start, end))

    def logs(self, service: Service, start: datetime, end: datetime, limit: int) -> tuple[LogLine, ...]:
        return self.bound.call("logs", lambda: self.real.telemetry.logs(service, start, end, limit))


@dataclass(frozen=True)
class _Changes:
    real: Sources
    bound: Bound

    def note(self, application: str, change: Signal) -> None:
        self.real.changes.note(application, change)

    def between(self, application: str, start: datetime, end: datetime) -> Sequence[Signal]:
        return self.bound.call("changes", lambda: self.real.changes.between(application, start, end))


@dataclass(frozen=True)
class _Resources:
    real: Sources
    bound: Bound

    def observe(self, runbook: Runbook, target: str) -> State:
        return self.bound.call(target, lambda: self.real.resources.observe(runbook, target))


@dataclass(frozen=True)
class _Own:
    real: Sources
    bound: Bound

    def touched(self, target: str) -> tuple[datetime, ...]:
        return self.bound.call("own actions", lambda: self.real.own.touched(target))
