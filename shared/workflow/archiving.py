"""The archiver: what the log's stream announces is copied, and the newest head of each incident anchored."""

from collections.abc import Mapping
from typing import Any

from shared.domain.audit_records import Anchor, Item
from shared.domain.errors import InvalidSignal
from shared.domain.events import Event
from shared.domain.model import Model
from shared.ports.anchors import Anchors
from shared.ports.archive import Archive
from shared.ports.authority import Signer
from shared.ports.clock import Clock


class Copied(Model):
    """An event that the archive has."""

    incident_id: str
    version: int
    hash: str


class Archiving:
    """Idempotent: a record that comes twice, or a day late, changes nothing."""

    def __init__(self, archive: Archive, anchors: Anchors, signer: Signer, clock: Clock) -> None:
        self._archive, self._anchors, self._signer, self._clock = archive, anchors, signer, clock

    def copy(self, image: Mapping[str, Any]) -> Copied:
        """Keep the event of a new item, byte for byte.

        Raises:
            InvalidSignal: the item is not an event in its own place.
            DifferentCopy: another event was kept under its incident and version.
            PortError: it could not be kept.
        """
        body, event = archived(image)
        self._archive.keep(event.incident_id, event.version, body)
        return Copied(incident_id=event.incident_id, version=event.version, hash=event.hash)

    def anchor(self, newest: Copied) -> None:
        """Keep the head that the log had with this event.

        Raises:
            DifferentCopy: another head was kept for this version.
            PortError: it could not be MAC'd or kept.
        """
        anchor = Anchor(
            incident_id=newest.incident_id, version=newest.version, hash=newest.hash, at=self._clock.now()
        )
        self._anchors.put(anchor.model_copy(update={"mac": self._signer.mac(anchor.sealed())}))


def archived(image: Mapping[str, Any]) -> tuple[str, Event]:
    """The body of a new item, and the event in it.

    Raises:
        InvalidSignal: the item is not an event in its own place.
    """
    try:
        key, place, body = image["pk"]["S"], image["sk"]["S"], image["body"]["S"]
        event = Event.model_validate_json(body)
        computed = event.computed_hash()
    except (KeyError, TypeError, ValueError) as error:  # also a NaN, which has no canonical form
        raise InvalidSignal(f"malformed: the record holds no event ({type(error).__name__})") from error
    if (key, Item(sort_key=place).version) != (f"INCIDENT#{event.incident_id}", event.version):
        raise InvalidSignal(f"malformed: {key} {place} holds {event.incident_id} version {event.version}")
    if computed != event.hash:
        raise InvalidSignal(f"malformed: the hash of {key} {place} is not that of its content")
    return body, event
