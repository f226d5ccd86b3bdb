"""The audit: names every fault of a log, from its raw items, its copies and its anchors."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from shared.domain.audit_case import Case
from shared.domain.audit_finding import Finding, Kind
from shared.domain.audit_reading import Judge, Place, VerifyMac, genuine_anchors, parsed
from shared.domain.audit_records import Records

GRACE = timedelta(minutes=5)
"""How old an event may be before its copy and an anchor must be there."""


def examine(
    records: Records, verify_mac: VerifyMac, *, now: datetime, grace: timedelta = GRACE
) -> tuple[Finding, ...]:
    """Every fault of one incident's log, by version; nothing that an item holds makes it fail.

    Times of events are never compared with each other: a clock that runs backwards is not corruption.
    """
    return findings(Case(records, Judge(records.incident_id, verify_mac), now - grace))


def findings(case: Case) -> tuple[Finding, ...]:
    """As `examine`, of records that were read already."""
    found = [*_strays(case), *_gaps(case), *_head(case)]
    for place in case.log.values():
        found += case.at(place)
    found += [*_anchors(case, {each.version for each in found}), *_uncovered(case)]
    unique = {(each.kind, each.version, each.sentence): each for each in found}
    return tuple(sorted(unique.values(), key=lambda each: (each.version, each.kind)))


def _strays(case: Case) -> Iterator[Finding]:
    """Items under keys that no store writes."""
    for item in case.records.items:
        if item.version is None:
            sentence = f"no store writes the key {item.sort_key[:80]}"
            yield case.finding(Kind.INSERTED, Place(0, item=item, found=parsed(item.body)), sentence)


def _gaps(case: Case) -> Iterator[Finding]:
    """Versions of which nothing at all is known, before one that is."""
    known = [0, *(place.version for place in case.log.values() if place.truth)]
    for before, after in pairwise(known):
        ends = [v for v in (before + 1, after - 1) if before < v < after and v not in case.log]
        if ends:
            which = " to ".join(dict.fromkeys(map(str, ends)))
            sentence = f"version {which} is gone, and so is every copy"
            yield case.finding(Kind.DELETED, Place(ends[0]), sentence)


def _head(case: Case) -> Iterator[Finding]:
    """Whether the head stands where the log ends."""
    head = case.records.head
    last = max((place for place in case.log.values() if place.here), key=_version, default=Place(0))
    if head is None:
        if case.records.items:
            yield case.finding(Kind.HEAD_MISSING, last, "the log has events and no head")
        return
    place, known = case.log.get(head.version), max(case.log, default=0)
    if head.version > known:
        sentence = f"the head points at version {head.version}, the log ends at {known}"
        yield case.finding(Kind.HEAD_BEYOND, last, sentence)
    elif head.version < last.version:
        sentence = f"the head stands at version {head.version}, genuine events go on to {last.version}"
        yield case.finding(Kind.HEAD_BEHIND, last, sentence)
    elif place is not None and place.truth is not None and place.truth.hash != head.hash:
        yield case.finding(Kind.HEAD_MISMATCH, place, "the head's hash is not that of its event")


def _anchors(case: Case, faulty: set[int]) -> Iterator[Finding]:
    """Forged and deleted anchors, and what contradicts a genuine one."""
    for stored in case.records.anchors:
        place = case.log.get(stored.version) or Place(stored.version)
        good = genuine_anchors(stored, case.judge)
        if len(good) < len(stored.bodies):
            yield case.finding(Kind.ANCHOR_FORGED, place, "an anchor's MAC is not by the anchor's key")
        if stored.hidden:
            sentence = "the anchor was deleted; the archive's lock still keeps it"
            yield case.finding(Kind.ANCHOR_MISSING, place, sentence)
        other = place.truth is not None and any(one.hash != place.truth.hash for one in good)
        if other and stored.version not in faulty:
            yield case.finding(Kind.REWRITTEN, place, "another event stood here when it was anchored")


def _uncovered(case: Case) -> Iterator[Finding]:
    """Events after the newest anchor, once they are old enough to have one."""
    anchored = (each.version for each in case.records.anchors if genuine_anchors(each, case.judge))
    covered = max(anchored, default=0)
    late = [
        place
        for place in case.log.values()
        if place.here and place.version > covered and place.here.occurred_at < case.due
    ]
    if late:
        sentence = f"no anchor covers the events from version {late[0].version} on"
        yield case.finding(Kind.ANCHOR_MISSING, late[-1], sentence)


def _version(place: Place) -> int:
    return place.version
