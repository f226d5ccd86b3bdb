"""The state of resources in this process."""

from collections.abc import Mapping

from shared.domain.errors import PortError
from shared.domain.runbook import Runbook, State


class MemoryResources:
    """States by target; whoever holds the mapping may change it."""

    def __init__(self, states: Mapping[str, State]) -> None:
        self._states = states

    def observe(self, runbook: Runbook, target: str) -> State:
        """What the runbook observes of the target.

        Raises:
            PortError: there is no such target.
        """
        state = self._states.get(target)
        if state is None:
            raise PortError(f"no resource {target}", retryable=False)
        return {each.name: state.get(each.name) for each in runbook.observe}
