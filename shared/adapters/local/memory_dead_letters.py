"""Dead letters in this process."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """What could not be processed, and why."""

    source: str
    reason: str
    body: bytes


class MemoryDeadLetters:
    """Keeps what was buried, in order."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def bury(self, source: str, reason: str, body: bytes) -> None:
        """Keep it."""
        self.letters.append(Letter(source, reason, body))
