"""Entry point of delivery: as long as the invocation lasts, or, with more records waiting, a little while."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from pydantic import ValidationError

from shared.domain.errors import InvalidSignal, PortError
from shared.ports.wakes import Wake
from shared.runtime.observed import count, logger

MARGIN = timedelta(seconds=30)
"""Of an invocation's time: for the call that was begun last, and what the log says of it."""
HURRIED = timedelta(seconds=8)
"""While a batch is delivered the stream waits."""


class OnTime(Protocol):
    """Delivers within the time that the invocation has."""

    def __call__(self, context: Any, *, hurried: bool) -> None: ...


def delivering(name: str, deliver: Callable[[], Callable[[datetime], None]]) -> OnTime:
    """What to call in every invocation. A failure is counted: what was not told stays marked."""

    def on_time(context: Any, *, hurried: bool) -> None:
        left = timedelta(milliseconds=context.get_remaining_time_in_millis()) - MARGIN
        try:
            deliver()(datetime.now(UTC) + (min(left, HURRIED) if hurried else left))
        except PortError:
            logger.exception("not everything was told")
            count("Undelivered", name)

    return on_time


def woken(wake: Callable[[], Callable[[Wake], None]]) -> Callable[[Mapping[str, Any]], str]:
    """What to call when a schedule calls; what is no such call is a dead letter."""

    def react(event: Mapping[str, Any]) -> str:
        try:
            asked = Wake.model_validate(event["wake"])
        except ValidationError as error:
            raise InvalidSignal(f"malformed: no call to wake ({error.error_count()} errors)") from error
        wake()(asked)
        return "woken"

    return react
