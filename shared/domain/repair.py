"""Repair by appending: the original of an event that was changed stands again, and what was found is told."""

import hashlib
from collections.abc import Callable, Container, Sequence

from pydantic import ValidationError

from shared.domain.audit import findings
from shared.domain.audit_case import Case
from shared.domain.audit_finding import MENDABLE, Finding, Kind
from shared.domain.errors import CommandRefused
from shared.domain.events import Event
from shared.domain.facts import LogRepaired

HARMLESS = frozenset(
    {
        Kind.REPAIRED,
        Kind.BAD_MAC,
        Kind.WRONG_AUTHOR,
        Kind.ANCHOR_MISSING,
        Kind.ANCHOR_FORGED,
        Kind.COPY_MISSING,
        Kind.COPY_DIFFERS,
    }
)
"""What everybody ignores anyway, or is wrong on the archive's side only: appending stays safe."""
NOTHING = "nothing"


def repaired(
    events: Sequence[Event], distrust: Callable[[Sequence[Event]], Container[str]]
) -> tuple[Event, ...]:
    """The log with every restored original in its place, in order of version.

    Args:
        distrust: the ids of those of some events that must not be believed. A repair that is not believed,
            or whose original is not, changes nothing.
    """
    repairs = [event for event in events if event.type == LogRepaired.__name__]
    if not repairs:
        return tuple(events)
    ignored = distrust(repairs)
    originals = [_original(event) for event in repairs if event.event_id not in ignored]
    known = [event for event in originals if event is not None]
    refused = distrust(known)
    mended = {event.version: event for event in known if event.event_id not in refused}
    ids = {event.event_id for event in mended.values()}
    rest = [one for one in events if one.version not in mended and one.event_id not in ids]
    return tuple(sorted([*rest, *mended.values()], key=lambda event: event.version))


def _original(repair: Event) -> Event | None:
    """The event that a repair restores: of the same incident, from before it."""
    try:
        fact = LogRepaired.model_validate(repair.data)
        original = Event.model_validate(fact.original)
    except ValidationError:
        return None
    belongs = (original.incident_id, original.version) == (repair.incident_id, fact.version)
    return original if belongs and original.version < repair.version else None


def repairs(case: Case) -> tuple[LogRepaired, ...]:
    """The facts to append; none when there is nothing to repair.

    Raises:
        CommandRefused: something is wrong that no copy can settle; nothing may be appended before a human
            has decided.
    """
    found = findings(case)
    for each in found:
        if each.kind not in MENDABLE | HARMLESS:
            raise CommandRefused(_refusal(each))
        if each.kind in MENDABLE and case.log[each.version].kept is None:
            raise CommandRefused(f"{_refusal(each)} No genuine copy is in the archive.")
    wanted = dict.fromkeys(each.version for each in found if each.kind in MENDABLE)
    return tuple(_fact(case, version) for version in wanted)


def _refusal(each: Finding) -> str:
    which = f" ({each.event_id})" if each.event_id else ""
    where = f"{each.incident_id} version {each.version}{which}"
    return f"{where}: {each.kind}: {each.sentence}. A human must decide."


def _fact(case: Case, version: int) -> LogRepaired:
    place = case.log[version]
    kept, body = place.kept, place.item.body if place.item else None
    assert kept is not None
    found = NOTHING if body is None else f"sha-256 {hashlib.sha256(body.encode()).hexdigest()}"
    return LogRepaired(version=version, original=kept.plain(), found=found)
