"""A dead letter that a person hands in again: refused again, it is not buried twice; the answer says why."""

from collections.abc import Callable
from functools import cache
from typing import Any

from shared.domain.dead_letter import AGAIN, REFUSED
from shared.ports.signals import DeadLetters

Burial = Callable[[], DeadLetters]
Inner = Callable[[dict[str, Any], Any, Burial], Any]


class Refusals:
    """Dead letters that are not kept, but said."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def bury(self, source: str, reason: str, body: bytes) -> None:
        """Remember the reason."""
        self.reasons.append(reason)


def or_again(handler: Inner, dead_letters: Burial) -> Callable[[dict[str, Any], Any], Any]:
    """The handler, as it is usually called and as `commander dead-letters redrive` calls it."""
    buried = cache(dead_letters)

    def called(event: dict[str, Any], context: Any) -> Any:
        if not event.get(AGAIN):
            return handler(event, context, buried)
        refusals = Refusals()
        given = {name: value for name, value in event.items() if name != AGAIN}
        answer = handler(given, context, lambda: refusals)
        return {**(answer or {}), REFUSED: refusals.reasons}

    return called
