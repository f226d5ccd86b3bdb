"""The ticking thread: it goes on after a failure, tells each, and ends when asked."""

import threading

from scripts.patient.ticker import Ticker


def test_a_failing_tick_is_counted_and_told_and_the_next_one_comes():
    told: list[str] = []
    enough = threading.Event()

    def tick() -> None:
        if len(told) >= 3:
            enough.set()
            return
        raise OSError("no route")

    ticker = Ticker("patient", tick, told.append, interval=0.01)
    ticker.start()
    ticker.start()
    assert enough.wait(5)
    ticker.stop()
    ticker.stop()
    assert not ticker.running
    assert ticker.errors == 3
    assert told[-1] == "patient: a tick failed (3 in all): no route"


def test_it_can_be_started_again():
    ticks: list[int] = []
    ticker = Ticker("patient", lambda: ticks.append(1), lambda _line: None, interval=60)
    for _ in range(2):
        ticker.start()
        ticker.stop()
    assert len(ticks) == 2
    assert ticker.errors == 0
