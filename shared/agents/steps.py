"""An agent's look as steps, cheapest and most telling first; when time is up, the rest is left out."""

from collections.abc import Callable
from typing import TypeVar

from shared.domain.errors import OutOfTime
from shared.ports.sources import Limit

T = TypeVar("T")
COST = 100
"""Thousandths of confidence that each step costs that was left out: who saw less is less sure."""
MOST_NAMED = 10

METRICS, CHANGES, LOGS = "the metrics", "the change ledger", "the logs"


class Steps:
    """The steps of one look."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._left_out: list[str] = []

    def take(self, name: str, step: Callable[[], T]) -> T | None:
        """What the step finds; None when there was no time for it."""
        if not self._limit.spent(name):
            try:
                return step()
            except OutOfTime:
                pass
        self._left_out.append(name)
        return None

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
        """A sentence, with what was left out."""
        return f"{text}; no time for {', '.join(self.left_out)}" if self._left_out else text
