"""One look of an agent: a moment that stands still, an end, and a record of every answer that it got."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from shared.analysis.redaction import redacted
from shared.domain.errors import AccessDenied, OutOfTime, PortError
from shared.domain.model import AgentName, canonical_json, digest
from shared.domain.runbook import Runbook, State
from shared.domain.service import Service, ServiceCatalogue
from shared.domain.signal import Signal
from shared.domain.span import ANSWER
from shared.ports.clock import Clock
from shared.ports.recordings import Call, Failure, Recording
from shared.ports.sources import Sources
from shared.ports.telemetry import LogLine, Series
from shared.workflow.recorded_values import (
    asked_of,
    moment,
    plain,
    plain_lines,
    plain_series,
    plain_signals,
)
from shared.workflow.tracing import Tracing

T = TypeVar("T")
MOST_BYTES = 64 * 1024 * 1024
"""A recording larger than this is not kept."""
SHARE_KEPT = 5
MOST_KEPT = timedelta(seconds=10)
"""Of a time limit, a fifth and at most ten seconds stay for saying what was found."""
LEAST = timedelta(seconds=5)
"""Who is asked late still looks for so long: a late answer is better than an empty one."""


def until(asked_at: datetime, limit: timedelta, now: datetime) -> datetime:
    """When a look that was asked for then must end, for its answer to be in the log within the limit."""
    return max(asked_at + limit - min(limit / SHARE_KEPT, MOST_KEPT), now + LEAST)


@dataclass
class Look:
    """`sources` is what the agent is given; `body` is what it was told."""

    real: Sources
    until: datetime
    at: datetime = field(init=False)
    sources: Sources = field(init=False)
    tracing: Tracing = field(init=False)
    _calls: list[Callable[[], Call]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """The moment is now."""
        self.at = self.real.clock.now()
        self.tracing = Tracing(self.real.clock)
        self.sources = Sources(
            clock=_Standing(self.at, self.real.clock),
            catalogue=_Catalogue(self),
            telemetry=_Telemetry(self),
            changes=_Changes(self),
            resources=_Resources(self),
            limit=_Limit(self),
            tracer=self.tracing,
            own=_Own(self),
        )

    def ask(
        self, port: str, arguments: dict[str, Any], call: Callable[[], T], as_json: Callable[[T], Any]
    ) -> T:
        """The answer of a port, noted.

        Raises:
            PortError: as the port does; that is noted too.
        """
        try:
            with self.tracing.tool(port, arguments) as noted:
                answer = call()
        except PortError as error:
            refused = Call(port=port, arguments=arguments, failure=_failure(error))
            self._calls.append(lambda: refused)
            raise

        def made() -> Call:
            told = Call(port=port, arguments=arguments, answer=as_json(answer))
            noted[ANSWER] = digest(told.answer)
            return told

        self._calls.append(made)
        return answer

    def time_left(self, before: str) -> bool:
        """Whether there is time for a step, noted in the recording and not in the trace."""
        spent = self.real.clock.now() >= self.until
        call = Call(port="limit.spent", arguments={"before": before}, answer=spent)
        self._calls.append(lambda: call)
        return not spent

    def body(self, incident_id: str, agent: AgentName, question: str, version: int) -> bytes:
        """Canonical JSON of the recording.

        Raises:
            ValueError, TypeError: an answer has no JSON form.
        """
        recording = Recording(
            incident_id=incident_id,
            agent=agent,
            question=question,
            version=version,
            at=self.at,
            calls=tuple(made() for made in self._calls),
        )
        return canonical_json(recording.plain())


def _failure(error: PortError) -> Failure:
    kinds = {OutOfTime: "OutOfTime", AccessDenied: "AccessDenied"}
    kind = kinds.get(type(error), "PortError")
    return Failure(kind=kind, message=str(error), retryable=error.retryable)


@dataclass(frozen=True)
class _Standing:
    moment: datetime
    real: Clock

    def now(self) -> datetime:
        return self.moment

    def new_id(self) -> str:
        return self.real.new_id()


@dataclass(frozen=True)
class _Limit:
    look: Look

    def spent(self, before: str) -> bool:
        return not self.look.time_left(before)


@dataclass(frozen=True)
class _Catalogue:
    look: Look

    def services(self) -> ServiceCatalogue:
        return self.look.ask(
            "catalogue.services", {}, self.look.real.catalogue.services, ServiceCatalogue.plain
        )


@dataclass(frozen=True)
class _Telemetry:
    look: Look

    def series(self, services: Sequence[Service], start: datetime, end: datetime) -> tuple[Series, ...]:
        names = [one.name for one in services]
        arguments = {"services": names, "start": moment(start), "end": moment(end)}
        real = self.look.real.telemetry
        return self.look.ask(
            "telemetry.series", arguments, lambda: real.series(services, start, end), plain_series
        )

    def logs(self, service: Service, start: datetime, end: datetime, limit: int) -> tuple[LogLine, ...]:
        arguments = {"service": service.name, "start": moment(start), "end": moment(end), "limit": limit}
        real = self.look.real.telemetry

        def masked() -> tuple[LogLine, ...]:
            lines = real.logs(service, start, end, limit)
            return tuple(LogLine(one.service, one.at, redacted(one.message)) for one in lines)

        return self.look.ask("telemetry.logs", arguments, masked, plain_lines)


@dataclass(frozen=True)
class _Changes:
    look: Look

    def note(self, application: str, change: Signal) -> None:
        self.look.real.changes.note(application, change)

    def between(self, application: str, start: datetime, end: datetime) -> Sequence[Signal]:
        arguments = {"application": application, "start": moment(start), "end": moment(end)}
        real = self.look.real.changes
        return self.look.ask(
            "changes.between", arguments, lambda: real.between(application, start, end), plain_signals
        )


@dataclass(frozen=True)
class _Resources:
    look: Look

    def observe(self, runbook: Runbook, target: str) -> State:
        arguments = {"target": target, "observations": asked_of(runbook)}
        real = self.look.real.resources
        return self.look.ask("resources.observe", arguments, lambda: real.observe(runbook, target), plain)


@dataclass(frozen=True)
class _Own:
    look: Look

    def touched(self, target: str) -> tuple[datetime, ...]:
        real = self.look.real.own
        return self.look.ask(
            "own.touched",
            {"target": target},
            lambda: real.touched(target),
            lambda at: [moment(one) for one in at],
        )
