"""An incident's log read place by place: what stands there, what its copy says, and which is genuine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pydantic import ValidationError

from shared.domain.audit_records import Anchor, Item, Records, Stored
from shared.domain.events import Event, malformed
from shared.domain.facts import Author, LogRepaired
from shared.domain.model import canonical_json

VerifyMac = Callable[[Author, str, str], bool]


@dataclass(frozen=True)
class Place:
    """One version of the log."""

    version: int
    item: Item | None = None
    found: Event | None = None  # what stands there, if it can be read at all
    here: Event | None = None  # what stands there, if it is genuine
    copy: Stored | None = None
    kept: Event | None = None  # the copy, if it is genuine
    mended: Event | None = None  # the original in a later repair, if it is genuine

    @property
    def truth(self) -> Event | None:
        """The event that belongs here, as far as anything proves it."""
        return self.here or self.mended or self.kept


@dataclass(frozen=True)
class Judge:
    """Tells what is genuine: in its own place, with its content's hash, MAC'd with its author's key."""

    incident_id: str
    verify_mac: VerifyMac
    _checked: dict[tuple[str, str, str], bool] = field(default_factory=dict)

    def verify(self, author: Author, digest: str, mac: str) -> bool:
        """Whether the MAC holds; each is checked once, since log and copy mostly agree."""
        key = (author.value, digest, mac)
        if key not in self._checked:
            self._checked[key] = self.verify_mac(author, digest, mac)
        return self._checked[key]

    def sealed(self, event: Event) -> bool:
        """Whether content, hash and MAC belong together."""
        whole = event.computed_hash() == event.hash
        return whole and self.verify(event.recorded_by, event.hash, event.author_mac)

    def genuine(self, body: str, version: int) -> Event | None:
        """The event in a body, if it is the genuine one of this place."""
        event = parsed(body)
        if event is None or (event.incident_id, event.version) != (self.incident_id, version):
            return None
        exact = canonical_json(event.plain()).decode() == body
        return event if exact and self.sealed(event) else None

    def anchor(self, body: str, version: int) -> Anchor | None:
        """The anchor in a body, if the anchor's own key MAC'd it for this place."""
        try:
            anchor = Anchor.model_validate_json(body)
        except ValidationError:
            return None
        if (anchor.incident_id, anchor.version) != (self.incident_id, version):
            return None
        return anchor if self.verify(Author.ANCHOR, anchor.sealed(), anchor.mac) else None


def parsed(body: str | None) -> Event | None:
    """The event in a body, genuine or not; what has no canonical form (a NaN) is none."""
    try:
        event = Event.model_validate_json(body or "")
        event.computed_hash()
    except (ValueError, RecursionError):
        return None
    return event


def places(records: Records, judge: Judge) -> dict[int, Place]:
    """Every version that the log or the archive knows, in order."""
    items = {item.version: item for item in records.items if item.version is not None}
    copies = {stored.version: stored for stored in records.copies}
    anchored = {each.version for each in records.anchors if genuine_anchors(each, judge)}
    repairs = dict(_repairs(items, judge))
    found: dict[int, Place] = {}
    for version in sorted(items.keys() | copies.keys() | anchored | repairs.keys()):
        item, copy = items.get(version), copies.get(version)
        body = item.body if item else None
        kept = (judge.genuine(each, version) for each in copy.bodies) if copy else iter(())
        found[version] = Place(
            version=version,
            item=item,
            found=parsed(body),
            here=judge.genuine(body, version) if body else None,
            copy=copy,
            kept=next((event for event in kept if event), None),
            mended=repairs.get(version),
        )
    return found


def genuine_anchors(stored: Stored, judge: Judge) -> tuple[Anchor, ...]:
    """Those of a key's bodies that the anchor's own key MAC'd."""
    read = (judge.anchor(body, stored.version) for body in stored.bodies)
    return tuple(anchor for anchor in read if anchor)


def _repairs(items: dict[int, Item], judge: Judge) -> Iterator[tuple[int, Event]]:
    """Originals that an operator restored later; each still proves itself by its own author's MAC."""
    for version, item in items.items():
        event = judge.genuine(item.body, version) if item.body and LogRepaired.__name__ in item.body else None
        if event is None or event.type != LogRepaired.__name__ or malformed(event):
            continue
        fact = LogRepaired.model_validate(event.data)
        original = judge.genuine(canonical_json(fact.original).decode(), fact.version)
        if original is not None and fact.version < version:
            yield fact.version, original
