"""The answers of ports as JSON and back, to the last bit: what a recording is made of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.domain.model import digest
from shared.domain.runbook import Runbook
from shared.domain.service import Measure
from shared.domain.signal import Signal
from shared.ports.telemetry import LogLine, Series

_TIME = "$time"


def plain(value: Any) -> Any:
    """JSON of a value, with times as {"$time": ISO 8601}.

    Raises:
        TypeError: it holds something that is neither JSON nor a time.
    """
    match value:
        case datetime():
            return {_TIME: value.isoformat()}
        case None | bool() | str() | int() | float():
            return value
        case Mapping():
            return {str(name): plain(each) for name, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
    raise TypeError(f"{type(value).__name__} has no place in a recording")


def value_of(given: Any) -> Any:
    """The value of such JSON."""
    if isinstance(given, dict):
        if given.keys() == {_TIME}:
            return datetime.fromisoformat(given[_TIME])
        return {name: value_of(each) for name, each in given.items()}
    if isinstance(given, list):
        return [value_of(each) for each in given]
    return given


def plain_series(answer: Sequence[Series]) -> Any:
    """Series that share their times share one list of them."""
    times: dict[tuple[datetime, ...], int] = {}
    series = [
        {
            "service": one.service,
            "measure": one.measure.value,
            "times": times.setdefault(one.times, len(times)),
            "values": [float(value) for value in one.values],
        }
        for one in answer
    ]
    return {"times": [[at.isoformat() for at in each] for each in times], "series": series}


def series_of(given: Any) -> tuple[Series, ...]:
    """The series of such JSON."""
    times = [tuple(datetime.fromisoformat(at) for at in each) for each in given["times"]]
    return tuple(
        Series(one["service"], Measure(one["measure"]), times[one["times"]], tuple(one["values"]))
        for one in given["series"]
    )


def plain_lines(answer: Sequence[LogLine]) -> Any:
    """Log lines of one service."""
    return [[one.at.isoformat(), one.message] for one in answer]


def lines_of(service: str, given: Any) -> tuple[LogLine, ...]:
    """The log lines of such JSON."""
    return tuple(LogLine(service, datetime.fromisoformat(at), message) for at, message in given)


def plain_signals(answer: Sequence[Signal]) -> Any:
    """Signals."""
    return [one.plain() for one in answer]


def signals_of(given: Any) -> tuple[Signal, ...]:
    """The signals of such JSON."""
    return tuple(Signal.model_validate(one) for one in given)


def asked_of(runbook: Runbook) -> dict[str, str]:
    """Observation name -> the identity of what it asks a target, whichever runbook asks it.

    An observation may look up what an earlier one found; then it is another question when that is.
    """
    found: dict[str, str] = {}
    for one in runbook.observe:
        text = str(one.arguments)
        needs = [found[name] for name in found if f"{{{name}}}" in text]
        asked = [runbook.target_pattern, one.service, one.api, one.arguments, one.select, needs]
        found[one.name] = digest(asked)[:16]
    return found


def moment(at: datetime) -> str:
    """A time as it stands in arguments."""
    return at.isoformat()
