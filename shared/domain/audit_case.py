"""One incident under audit, and what is wrong at each of its places."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from shared.domain.audit_finding import MENDABLE, STANDING, Finding, Kind
from shared.domain.audit_reading import Judge, Place, places
from shared.domain.audit_records import Records, Stored
from shared.domain.events import Event, malformed


@dataclass(frozen=True)
class Case:
    """The records, read once. What happened before `due` must have its copy and its anchor."""

    records: Records
    judge: Judge
    due: datetime

    @cached_property
    def log(self) -> dict[int, Place]:
        """Every place by its version, in order."""
        return places(self.records, self.judge)

    @cached_property
    def _standing(self) -> dict[str, int]:
        """Event id -> where such an event stands."""
        return {place.found.event_id: place.version for place in self.log.values() if place.found}

    @cached_property
    def _belonging(self) -> dict[str, int]:
        """Event id -> where it belongs."""
        return {place.truth.event_id: place.version for place in self.log.values() if place.truth}

    @property
    def end(self) -> int:
        """The version that the head names; 0 without one."""
        return self.records.head.version if self.records.head else 0

    @cached_property
    def _last(self) -> int:
        """The version of the last genuine event in the table."""
        return max((place.version for place in self.log.values() if place.here), default=0)

    def finding(self, kind: Kind, place: Place, sentence: str) -> Finding:
        """A finding at a place, or that it was repaired."""
        named = place.found if kind in STANDING and place.found else place.truth or place.found
        if kind in MENDABLE and place.mended is not None:
            kind, named = Kind.REPAIRED, place.mended
            sentence = f"{sentence}; a later LogRepaired holds the original"
        return Finding(
            kind=kind,
            incident_id=self.records.incident_id,
            version=place.version,
            event_id=named.event_id[:80] if named else "",
            sentence=sentence,
        )

    def at(self, place: Place) -> Iterator[Finding]:
        """The faults at one version."""
        if place.here is not None:
            yield from self._genuine(place, place.here)
        elif place.item is None:
            gone = Kind.TRUNCATED if place.version > max(self.end, self._last) else Kind.DELETED
            yield self.finding(gone, place, "the event is gone from the log, and the archive knows it")
        else:
            yield self.finding(*self._forged(place))
        if place.copy is not None:
            yield from self._copy(place, place.copy)
        elif place.here is not None and place.here.occurred_at < self.due:
            yield self.finding(Kind.COPY_MISSING, place, "the archive has no copy of the event")

    def _genuine(self, place: Place, here: Event) -> Iterator[Finding]:
        reason = malformed(here)
        if reason is not None:
            yield self.finding(Kind.WRONG_AUTHOR, place, reason)
        before = self.log.get(place.version - 1)
        if before is not None and before.truth is not None and before.truth.hash != here.previous_hash:
            yield self.finding(Kind.BROKEN_CHAIN, place, "it does not follow from the event before it")
        if place.kept is not None and place.kept != here:
            sentence = f"log and archive hold different events, both genuine ({place.kept.event_id} there)"
            yield self.finding(Kind.COPIES_DISAGREE, place, sentence)
        said = {"type": here.type, "incident_id": here.incident_id, "author": here.recorded_by.value}
        given = place.item.attributes if place.item else {}
        wrong = [name for name, value in given.items() if said.get(name, value) != value]
        if wrong:
            yield self.finding(Kind.EDITED, place, f"the item's {' and '.join(wrong)} is not its event's")

    def _forged(self, place: Place) -> tuple[Kind, Place, str]:
        """What became of a place whose item is not genuine."""
        found, kept, own = place.found, place.kept, place.item.body if place.item else None
        if found is None:
            return Kind.UNREADABLE, place, "the item is not an event"
        if kept is None and place.copy is not None and own not in place.copy.bodies:
            return Kind.COPIES_DISAGREE, place, "log and archive hold different events, neither is genuine"
        ours = found.incident_id == self.records.incident_id
        if ours and found.version != place.version and self.judge.sealed(found):
            return Kind.REORDERED, place, f"the event of version {found.version} stands in its place"
        home = self._belonging.get(found.event_id, place.version)
        if home != place.version:
            return Kind.REORDERED, place, f"a changed form of the event of version {home} stands in its place"
        return self._added(place, found)

    def _added(self, place: Place, found: Event) -> tuple[Kind, Place, str]:
        kept = place.kept
        displaced = kept is not None and self._standing.get(kept.event_id, place.version) != place.version
        foreign = found.incident_id != self.records.incident_id
        beyond = self.records.head is not None and place.version > self.end
        if displaced or foreign or beyond:
            return Kind.INSERTED, place, "nobody appended what stands here"
        if kept is not None:
            return Kind.EDITED, place, "it was changed: its copy in the archive is genuine, it is not"
        if found.computed_hash() != found.hash:
            return Kind.EDITED, place, "its hash does not match its content"
        return Kind.BAD_MAC, place, f"its MAC was not made with {found.recorded_by}'s key"

    def _copy(self, place: Place, copy: Stored) -> Iterator[Finding]:
        if copy.hidden:
            sentence = "the copy was deleted; the archive's lock still keeps it"
            yield self.finding(Kind.COPY_MISSING, place, sentence)
        if place.here is not None and place.kept is None:
            yield self.finding(Kind.COPY_DIFFERS, place, "the copy was changed: the log's event is genuine")
        elif len(set(copy.bodies)) > 1:
            sentence = "the copy was overwritten; the archive's lock still keeps the first"
            yield self.finding(Kind.COPY_DIFFERS, place, sentence)
