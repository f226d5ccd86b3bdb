"""An agent's look as steps, cheapest and most telling first; when time is up, the rest is left out."""

from collections.abc import Callable
from typing import TypeVar

from shared.domain.errors import OutOfTime, PortError
from shared.ports.sources import Sources

T = TypeVar("T")
COST = 100
"""Thousandths of confidence that each step costs that was left out: who saw less is less sure."""
MOST_NAMED = 10
MOST_REFUSED, LONGEST_REASON = 3, 300

METRICS, CHANGES, LOGS = "the metrics", "the change ledger", "the logs"


class Steps:
    """The steps of one look."""

    def __init__(self, sources: Sources) -> None:
        self._limit, self._tracer = sources.limit, sources.tracer
        self._left_out: list[str] = []
        self._refused: list[str] = []

    def take(self, name: str, step: Callable[[], T]) -> T | None:
        """What the step finds; None when there was no time for it."""
        if not self._limit.spent(name):
            try:
                with self._tracer.step(name):
                    return step()
            except OutOfTime:
                pass
        else:
            self._tracer.left_out(name)
        self._left_out.append(name)
        return None

    def look(self, name: str, step: Callable[[], T]) -> T | str:
        """What the step finds, or why it finds nothing: no time, or no such thing to look at.

        Raises:
            PortError: the same step may find something later.
        """
        try:
            found = self.take(name, step)
        except PortError as error:
            if error.retryable:
                raise
            self._refused.append(f"{name} ({str(error)[:LONGEST_REASON]})")
            return str(error)
        return "there was no time to look at it" if found is None else found

    @property
    def left_out(self) -> tuple[str, ...]:
        """The steps that there was no time for; of many, the first ones by name."""
        more = len(self._left_out) - MOST_NAMED
        named = tuple(self._left_out[:MOST_NAMED])
        return (*named, f"{more} more") if more > 0 else named

    def sure(self, confidence: int) -> int:
        """A confidence (thousandths) in what was found, lowered for what was not looked at."""
        return max(0, confidence - COST * len(self._left_out))

    def told(self, text: str) -> str:
        """A sentence, with what was left out and what could not be read."""
        if self._left_out:
            text = f"{text}; no time for {', '.join(self.left_out)}"
        refused = self._refused[:MOST_REFUSED]
        return f"{text}; could not be read: {', '.join(refused)}" if refused else text
