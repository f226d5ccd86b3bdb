"""The log as it lies there: what an audit looks at must not be parsed on the way."""

from typing import Protocol

from shared.domain.audit_records import Item
from shared.domain.events import Head


class RawLog(Protocol):
    """Reads items as they are, consistently."""

    def items(self, incident_id: str) -> tuple[Item, ...]:
        """Every item of an incident's log, whatever is in it.

        Raises:
            PortError: it could not be read.
        """
        ...

    def head(self, incident_id: str) -> Head | None:
        """Where the log says that it ends; None when it does not say it in a way that can be read."""
        ...
