"""Whether an incident's log can be believed."""

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Audited:
    """What was checked, and what is wrong with it, in sentences."""

    checked: Literal["chain", "everything"]
    findings: tuple[str, ...]
    version: int


class Auditing(Protocol):
    """Looks at one incident."""

    def audit(self, incident_id: str) -> Audited:
        """Its state.

        Raises:
            IncidentNotFound: nothing is kept of it.
            PortError: it cannot be read.
        """
        ...
