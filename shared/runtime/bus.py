"""Entry point of a function that EventBridge calls: one event, read defensively."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.composition import aws
from shared.ports.signals import DeadLetters
from shared.runtime.again import Burial, or_again
from shared.runtime.observed import count, logger
from shared.runtime.rejects import as_body, rejecting

React = Callable[[Mapping[str, Any]], str]
IGNORED = "ignored"
"""The outcome of an event that says nothing to us: counted by itself."""


def bus_handler(
    name: str, react: React, dead_letters: Callable[[], DeadLetters] = aws.dead_letters
) -> Callable[[dict[str, Any], Any], Any]:
    """A Lambda handler; what can never be read goes to the dead letters, other failures are tried again."""

    def handler(event: dict[str, Any], _context: Any, buried: Burial) -> None:
        with rejecting(name, as_body(event), buried):
            outcome = react(event)
            logger.info("event", extra={"outcome": outcome})
            count("LeftAlone" if outcome == IGNORED else "Taken", name)

    return or_again(handler, dead_letters)
