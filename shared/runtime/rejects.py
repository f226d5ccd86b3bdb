"""Work that can never succeed is put aside with its reason, and the rest goes on."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shared.domain.errors import CommanderError, PortError
from shared.ports.signals import DeadLetters
from shared.runtime.observed import count, logger


def as_body(event: object) -> bytes:
    """An event as a dead letter keeps it: ASCII, so that half a character (a lone surrogate) is kept too."""
    return json.dumps(event, default=str).encode()


@contextmanager
def rejecting(source: str, body: bytes, dead_letters: Callable[[], DeadLetters]) -> Iterator[None]:
    """Bury what is refused for good, count it and go on; let through what a retry may cure."""
    try:
        yield
    except CommanderError as error:
        if isinstance(error, PortError) and error.retryable:
            raise
        reason = f"{type(error).__name__}: {error}"
        logger.warning("dead letter", extra={"source": source, "reason": reason})
        dead_letters().bury(source, reason, body)
        count("DeadLettered", source)
