"""Which agents run other code than was deployed, as a test or a simulation says."""

from collections.abc import Mapping

from shared.domain.model import AgentName


class MemoryIntegrity:
    """Nothing is changed until `found` says so."""

    def __init__(self) -> None:
        self.found: dict[AgentName, str] = {}

    def changed(self) -> Mapping[AgentName, str]:
        """What `found` says."""
        return dict(self.found)
