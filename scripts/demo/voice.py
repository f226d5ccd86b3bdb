"""What a person reads while something takes long: each line at once, and a sign of life between them."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.markup import escape

from scripts.terminal import Console

QUIET_SECONDS = 2.0


class Voice:
    """Writes lines with the seconds since the start; when nothing was said for a while, says what goes on."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()
        self._last = self._started
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._doing: Callable[[], str] = lambda: "starting"
        self._thread = threading.Thread(target=self._reassure, name="voice", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def doing(self, what: Callable[[], str]) -> None:
        """What to say while nothing else is to be said."""
        self._doing = what

    def say(self, text: str, style: str = "") -> None:
        """One line; `text` is data, never markup."""
        with self._lock:
            self._last = time.monotonic()
            seconds = f"[dim]{self._last - self._started:6.1f} s[/dim]  "
            styled = f"[{style}]{escape(text)}[/{style}]" if style else escape(text)
            self._console.print(seconds + styled, highlight=False)

    def plain(self, text: str, style: str = "") -> None:
        """A line without the time."""
        with self._lock:
            self._last = time.monotonic()
            self._console.print(escape(text), style=style or None, highlight=False)

    def _reassure(self) -> None:
        while not self._ended.wait(0.25):
            if time.monotonic() - self._last >= QUIET_SECONDS:
                self.say(f"… {self._doing()}", "dim")
