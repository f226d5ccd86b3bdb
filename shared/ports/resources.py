"""The state of one resource, read only."""

from typing import Protocol

from shared.domain.runbook import Runbook, State


class ResourceReader(Protocol):
    """Runs a runbook's observations on a target."""

    def observe(self, runbook: Runbook, target: str) -> State:
        """Observation name -> value.

        Raises:
            PortError: the target cannot be read.
        """
        ...
