"""The change ledger: deploys, parameters and scaling, as they were announced."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.signal import Signal


class ChangeLedger(Protocol):
    """Changes by application."""

    def note(self, application: str, change: Signal) -> None:
        """Keep a change signal; noting the same one again changes nothing."""
        ...

    def between(self, application: str, start: datetime, end: datetime) -> Sequence[Signal]:
        """The changes in [start, end], oldest first."""
        ...
