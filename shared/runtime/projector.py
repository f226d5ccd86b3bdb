"""Entry point of the projector: hints of what changed, and once a minute a look for what they missed."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from shared.composition import aws
from shared.domain.errors import InvalidSignal
from shared.domain.model import canonical_json
from shared.ports.signals import DeadLetters
from shared.runtime.observed import count, logger
from shared.runtime.rejects import rejecting
from shared.workflow.projecting import Projecting

NAME = "projector"
MOST_HINTS = 100
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def projector_handler(
    projecting: Callable[[], Projecting], dead_letters: Callable[[], DeadLetters] = aws.dead_letters
) -> Callable[[dict[str, Any], Any], None]:
    """A Lambda handler. What cannot be projected is a dead letter and counted; what failed otherwise fails
    the invocation, which Lambda repeats: everything here may be done twice.
    """
    made, buried = cache(projecting), cache(dead_letters)

    def handler(event: dict[str, Any], _context: Any) -> None:
        if event.get("source") == "aws.events":
            behind = made().sweep()
            if behind:
                logger.warning("hints were lost", extra={"incidents": behind})
                count("SweptUp", NAME)
            return
        with rejecting(NAME, _body(event), buried):
            for incident_id in _hints(event):
                with rejecting(NAME, canonical_json({"hints": [incident_id]}), buried):
                    made().project(incident_id)

    return handler


def _hints(event: Mapping[str, Any]) -> list[str]:
    """The ids in a hint.

    Raises:
        InvalidSignal: it is none.
    """
    hints = event.get("hints")
    named = isinstance(hints, list) and all(isinstance(one, str) and ID.fullmatch(one) for one in hints)
    if not isinstance(hints, list) or not named or len(hints) > MOST_HINTS:
        raise InvalidSignal(f"malformed: hints must be a list of at most {MOST_HINTS} ids of incidents")
    return list(dict.fromkeys(hints))


def _body(event: Mapping[str, Any]) -> bytes:
    try:
        return canonical_json(event)
    except (TypeError, ValueError):
        return repr(event).encode()
