"""Where signals go in, and where what could not be read goes."""

from typing import Protocol

from shared.domain.signal import Signal


class SignalSink(Protocol):
    """The `signals` stream."""

    def put(self, signal: Signal) -> None:
        """Put a signal on the stream, partitioned by service."""
        ...


class DeadLetters(Protocol):
    """What could not be processed, with the reason, for a person to read."""

    def bury(self, source: str, reason: str, body: bytes) -> None:
        """Keep it; the counter is the runtime's."""
        ...
