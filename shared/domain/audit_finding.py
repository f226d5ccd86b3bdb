"""What an audit can find, in words."""

from enum import StrEnum

from shared.domain.model import Model


class Kind(StrEnum):
    """What is wrong."""

    EDITED = "edited"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    UNREADABLE = "unreadable"
    BAD_MAC = "bad-mac"
    WRONG_AUTHOR = "wrong-author"
    BROKEN_CHAIN = "broken-chain"
    REWRITTEN = "rewritten"
    HEAD_MISSING = "head-missing"
    HEAD_BEYOND = "head-beyond"
    HEAD_BEHIND = "head-behind"
    HEAD_MISMATCH = "head-mismatch"
    ANCHOR_MISSING = "anchor-missing"
    ANCHOR_FORGED = "anchor-forged"
    COPY_MISSING = "copy-missing"
    COPY_DIFFERS = "copy-differs"
    COPIES_DISAGREE = "copies-disagree"
    REPAIRED = "repaired"


MENDABLE = frozenset({Kind.EDITED, Kind.DELETED, Kind.REORDERED, Kind.UNREADABLE})
"""What a later `LogRepaired` with the genuine original makes good."""
STANDING = frozenset({Kind.INSERTED, Kind.REORDERED, Kind.BAD_MAC})
"""What is said of the event that stands in a place; everything else is said of the one that belongs there."""


class Finding(Model):
    """One fault, or one that was repaired."""

    kind: Kind
    incident_id: str
    version: int
    event_id: str = ""
    sentence: str


def faults(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those that nobody repaired."""
    return tuple(each for each in found if each.kind is not Kind.REPAIRED)
