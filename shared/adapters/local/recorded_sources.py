"""The sources of a look that was recorded: they say again what they said then, and nothing else."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.adapters.local.recorded_telemetry import RecordedTelemetry
from shared.domain.errors import AccessDenied, CommanderError, OutOfTime, PortError
from shared.domain.runbook import Runbook, State
from shared.domain.service import Service, ServiceCatalogue
from shared.domain.signal import Signal
from shared.ports.recordings import Call, Failure, Recording
from shared.ports.sources import Sources
from shared.ports.telemetry import LogLine, Series
from shared.workflow.recorded_values import asked_of, lines_of, series_of, signals_of, value_of


class NotRecorded(CommanderError):
    """An agent asked for something that was not asked when the recording was made."""


@dataclass
class RecordedSources:
    """Give `sources` to an agent. What is part of something recorded is recorded: a shorter window, one
    service of several. A question asked more often than then gets the last answer again.
    """

    recording: Recording
    sources: Sources = field(init=False)
    _asked: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """One object answers for every port."""
        self.sources = Sources(self, _Catalogue(self), self, self, self, self, own=self)

    def now(self) -> datetime:
        """The moment of the look."""
        return self.recording.at

    def new_id(self) -> str:
        """Agents make no identities.

        Raises:
            NotRecorded: always.
        """
        raise NotRecorded("a new identity")

    def spent(self, before: str) -> bool:
        """What the clock said before this step; there was time for a step that nobody took then."""
        calls = list(self._calls("limit.spent", lambda asked: asked["before"] == before))
        return bool(self._next(f"limit {before}", calls).answer) if calls else False

    def series(self, services: Sequence[Service], start: datetime, end: datetime) -> tuple[Series, ...]:
        """Every measure of these services in [start, end].

        Raises:
            NotRecorded: no recorded answer covers it.
            PortError: as then.
        """
        names = {one.name for one in services}
        wanted = f"series of {', '.join(sorted(names))} from {start:%H:%M:%S} to {end:%H:%M:%S}"

        def covers(asked: Any) -> bool:
            return names <= set(asked["services"]) and _within(asked, start, end)

        told = series_of(self._answer(wanted, "telemetry.series", covers))
        order = {one.name: place for place, one in enumerate(services)}
        found = RecordedTelemetry(told).series(services, start, end)
        return tuple(sorted(found, key=lambda one: order[one.service]))

    def logs(self, service: Service, start: datetime, end: datetime, limit: int) -> tuple[LogLine, ...]:
        """At most `limit` lines of one service, newest kept; lines that were cut off then are not there.

        Raises:
            NotRecorded: no recorded answer covers it.
            PortError: as then.
        """
        wanted = f"{limit} log lines of {service.name} from {start:%H:%M:%S} to {end:%H:%M:%S}"

        def covers(asked: Any) -> bool:
            return asked["service"] == service.name and limit <= asked["limit"] and _within(asked, start, end)

        told = lines_of(service.name, self._answer(wanted, "telemetry.logs", covers))
        return RecordedTelemetry((), told).logs(service, start, end, limit)

    def note(self, application: str, change: Signal) -> None:
        """Agents that look change nothing.

        Raises:
            NotRecorded: always.
        """
        raise NotRecorded(f"a new change of {application}: {change.key}")

    def between(self, application: str, start: datetime, end: datetime) -> Sequence[Signal]:
        """The changes in [start, end], oldest first.

        Raises:
            NotRecorded: no recorded answer covers it.
            PortError: as then.
        """
        wanted = f"changes of {application} from {start:%H:%M:%S} to {end:%H:%M:%S}"

        def covers(asked: Any) -> bool:
            return bool(asked["application"] == application) and _within(asked, start, end)

        told = signals_of(self._answer(wanted, "changes.between", covers))
        return [one for one in told if start <= one.at <= end]

    def observe(self, runbook: Runbook, target: str) -> State:
        """What the runbook observes of the target, whichever runbook observed it then.

        Raises:
            NotRecorded: it was not looked at so.
            PortError: as then.
        """
        wanted = f"what {runbook.id} observes of {target}"
        asks = asked_of(runbook)

        def covers(asked: Any) -> bool:
            return asked["target"] == target and set(asks.values()) <= set(asked["observations"].values())

        calls = list(self._calls("resources.observe", covers))
        call = self._next(wanted, calls)
        known: Any = call.arguments["observations"]
        told: Any = _told(call)
        by_identity = {identity: told[name] for name, identity in known.items() if name in told}
        return {name: value_of(by_identity[one]) for name, one in asks.items() if one in by_identity}

    def touched(self, target: str) -> tuple[datetime, ...]:
        """When the machine began to change this target.

        Raises:
            NotRecorded: it was not asked.
            PortError: as then.
        """
        told = self._answer(
            f"own actions on {target}", "own.touched", lambda asked: bool(asked["target"] == target)
        )
        return tuple(datetime.fromisoformat(one) for one in told)

    def _answer(self, wanted: str, port: str, covers: Callable[[Any], bool]) -> Any:
        return _told(self._next(wanted, list(self._calls(port, covers))))

    def _calls(self, port: str, covers: Callable[[Any], bool]) -> Iterator[Call]:
        return (one for one in self.recording.calls if one.port == port and covers(one.arguments))

    def _next(self, wanted: str, calls: list[Call]) -> Call:
        """The answers to one question in their order, the last one for ever."""
        if not calls:
            raise NotRecorded(wanted)
        place = self._asked.get(wanted, 0)
        self._asked[wanted] = place + 1
        return calls[min(place, len(calls) - 1)]


@dataclass(frozen=True)
class _Catalogue:
    recorded: RecordedSources

    def services(self) -> ServiceCatalogue:
        told = self.recorded._answer("the catalogue", "catalogue.services", lambda _asked: True)
        return ServiceCatalogue.model_validate(told)


def _within(asked: Any, start: datetime, end: datetime) -> bool:
    return datetime.fromisoformat(asked["start"]) <= start and end <= datetime.fromisoformat(asked["end"])


def _told(call: Call) -> Any:
    if call.failure is not None:
        raise _refusal(call.failure)
    return call.answer


def _refusal(failure: Failure) -> PortError:
    if failure.kind == "OutOfTime":
        return OutOfTime(failure.message.removesuffix(": no answer in time"))
    if failure.kind == "AccessDenied":
        return AccessDenied(failure.message)
    return PortError(failure.message, retryable=failure.retryable)
