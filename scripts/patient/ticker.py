"""A thread that does one thing every second, and never hides that it could not."""

import threading
import time
from collections.abc import Callable

Progress = Callable[[str], None]


class Ticker:
    """Calls `tick` at the start and then at every whole second of `interval`, until stopped.

    A tick that fails is counted and told; the next one comes all the same. A tick that takes longer than the
    interval makes the ticks in between fall out.
    """

    def __init__(
        self, name: str, tick: Callable[[], None], on_progress: Progress, interval: float = 1.0
    ) -> None:
        self._name = name
        self._tick = tick
        self._on_progress = on_progress
        self._interval = interval
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self.errors = 0

    @property
    def running(self) -> bool:
        """Whether ticks are to be expected."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin; a second start changes nothing."""
        if self.running:
            return
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, and return when no tick runs any more; safe to repeat."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while True:
            try:
                self._tick()
            except Exception as error:  # noqa: BLE001 - the edge of the thread: counted and told
                self.errors += 1
                self._on_progress(f"{self._name}: a tick failed ({self.errors} in all): {error}")
            if self._stopped.wait(self._interval - time.time() % self._interval):
                return
