"""The `signals` stream in this process."""

from shared.domain.signal import Signal


class MemorySignals:
    """Keeps what was put, in order."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []

    def put(self, signal: Signal) -> None:
        """Put a signal on the stream."""
        self.signals.append(signal)
