"""The functions that dead letters were meant for, and the streams that still have what was given up."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from shared.domain.dead_letter import Pointer
from shared.domain.errors import PortError


class Gone(PortError):
    """The stream does not have the records any more, and nothing else has them."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class Consumers(Protocol):
    """Functions by their names in the house."""

    def hand_in(self, consumer: str, event: Mapping[str, Any]) -> str | None:
        """Call the function and wait for it; None when it took the event, else why not.

        Raises:
            PortError: it could not be called.
        """
        ...


class Streams(Protocol):
    """Records as a function gets them."""

    def records(self, pointer: Pointer) -> Sequence[Mapping[str, Any]]:
        """The records of a batch, read again from the stream, or from the log when they were written there.

        Raises:
            Gone: neither has them.
            PortError: it could not be read.
        """
        ...
