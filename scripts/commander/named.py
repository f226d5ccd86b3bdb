"""Which incident somebody means: an id, in capital or small letters, or `latest`."""

from collections.abc import Callable

from shared.domain.errors import IncidentNotFound
from shared.domain.plain_text import sanitised
from shared.ports.views import Views

LATEST, PREFIX = "latest", "INC-"
FEW = 3


def named(text: str, views: Callable[[], Views]) -> str:
    """The id; whether there is such an incident is not looked at.

    Raises:
        IncidentNotFound: the latest, and there is none.
        PortError: the read model cannot be read.
    """
    text = text.strip()
    if text.lower() != LATEST:
        return text.upper() if text.upper().startswith(PREFIX) else text
    newest = views().rows(None, None, 1)
    if not newest:
        raise IncidentNotFound("there is no incident in this stage yet: `commander doctor` says what it sees")
    return newest[0].incident_id


def unknown(incident_id: str, views: Views) -> IncidentNotFound:
    """What is said of an id that nobody has, with those that there are."""
    newest = ", ".join(one.incident_id for one in views.rows(None, None, FEW))
    there = f"the newest are {newest}" if newest else "there is none yet"
    said = f"there is no incident {sanitised(incident_id, 64)} in this stage: {there}"
    return IncidentNotFound(f"{said}; `commander incidents` lists them")
