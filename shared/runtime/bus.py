"""Entry point of a function that EventBridge calls: one event, read defensively."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from shared.composition import aws
from shared.domain.model import canonical_json
from shared.ports.signals import DeadLetters
from shared.runtime.observed import count, logger
from shared.runtime.rejects import rejecting

React = Callable[[Mapping[str, Any]], str]


def bus_handler(
    name: str, react: React, dead_letters: Callable[[], DeadLetters] = aws.dead_letters
) -> Callable[[dict[str, Any], Any], None]:
    """A Lambda handler; what can never be read goes to the dead letters, other failures are tried again."""
    buried = cache(dead_letters)

    def handler(event: dict[str, Any], _context: Any) -> None:
        with rejecting(name, canonical_json(event), buried):
            outcome = react(event)
            logger.info("event", extra={"outcome": outcome})
            count("Taken", name)

    return handler
