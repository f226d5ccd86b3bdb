"""Whether the agents run the code that was deployed."""

from collections.abc import Mapping
from typing import Protocol

from shared.domain.model import AgentName


class Integrity(Protocol):
    """Compares what runs with what was recorded at deployment."""

    def changed(self) -> Mapping[AgentName, str]:
        """The agents whose code is another, or cannot be looked at, and why; read now."""
        ...
