"""Being called again at a time: for what must wait longer than anybody keeps looking."""

from datetime import datetime
from typing import Protocol

from shared.domain.model import Model


class Wake(Model):
    """What the call says: look at this incident, of which somebody knew so much."""

    incident_id: str
    version: int


class Wakes(Protocol):
    """Calls at a time, once or more often; whoever is called looks at what is due then."""

    def at(self, wake: Wake, moment: datetime) -> None:
        """Be called at that moment (UTC), to the second; asked for twice, it is one call.

        Raises:
            PortError: it may never come.
        """
        ...
