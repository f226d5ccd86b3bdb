"""Recorded telemetry never shows the future."""

from datetime import UTC, datetime, timedelta

from shared.adapters.local.recorded_telemetry import RecordedTelemetry
from shared.domain.service import Measure, Service
from shared.ports.telemetry import LogLine, Series, Telemetry

START = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = tuple(START + timedelta(minutes=minute) for minute in range(5))
WEB, CART = (Service(name=name, application="shop") for name in ("web", "cart"))


def recorded() -> Telemetry:
    return RecordedTelemetry(
        [
            Series("web", Measure.LATENCY, TIMES, (0.0, 1.0, 2.0, 3.0, 4.0)),
            Series("cart", Measure.ERRORS, TIMES[4:], (0.5,)),
        ],
        [LogLine("web", at, f"line {index}") for index, at in reversed(list(enumerate(TIMES)))],
    )


def test_a_reader_sees_from_start_to_end_and_nothing_later():
    (seen,) = recorded().series([WEB, CART], TIMES[1], TIMES[3])
    assert (seen.service, seen.times, seen.values) == ("web", TIMES[1:4], (1.0, 2.0, 3.0))


def test_a_service_that_was_not_asked_for_is_not_shown():
    assert [one.service for one in recorded().series([CART], START, TIMES[4])] == ["cart"]
    assert recorded().series([], START, TIMES[4]) == ()


def test_of_many_log_lines_the_newest_are_kept_oldest_first():
    lines = recorded().logs(WEB, START, TIMES[3], 2)
    assert [line.message for line in lines] == ["line 2", "line 3"]
    assert recorded().logs(WEB, START, TIMES[3], 0) == ()
    assert recorded().logs(CART, START, TIMES[3], 9) == ()
