"""The states of targets in which nothing could be felt: what to come back to when undoing is not enough."""

from typing import Protocol

from pydantic import JsonValue

Plain = dict[str, JsonValue]
"""Observation name -> what it said, as JSON."""


class KnownGood(Protocol):
    """One state a target and runbook; the latest stays."""

    def save(self, target: str, runbook: str, state: Plain) -> None:
        """Remember what the runbook's observations said.

        Raises:
            PortError: nothing is known to be written.
        """
        ...

    def find(self, target: str, runbook: str) -> Plain | None:
        """The last one, if there is one that can be read.

        Raises:
            PortError: it cannot be looked up.
        """
        ...
