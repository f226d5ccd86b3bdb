"""The day's digest: alarms that nobody felt, told once, the next morning, to whoever answers for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.agents.phrases import unfelt
from shared.domain.dismissals import MOST_A_DAY
from shared.domain.events import Event, malformed
from shared.domain.facts import AlarmDismissed, NotificationFailed, NotificationSent
from shared.domain.repair import repaired
from shared.domain.service import ServiceCatalogue, Tier
from shared.ports.channel import Channel, Message, State
from shared.workflow.audience import Hearer
from shared.workflow.due import Due, Looking, Outlook, facts_of

TYPE = AlarmDismissed.__name__
SEVERITY = "info"
"""Nothing of it gets through do-not-disturb."""


@dataclass(frozen=True)
class About:
    """What a digest concerns."""

    application: str
    service: str
    services: tuple[str, ...]
    tier: Tier


def outlook(looking: Looking, log_id: str) -> Outlook:
    """What is to be told of a day's log now, by recipient, and when the rest is due.

    Raises:
        PortError: the log, the catalogue or the directory cannot be read.
    """
    events = repaired(looking.store.read(log_id), looking.distrust)
    ignored = looking.distrust(events)
    believed = [one for one in events if one.event_id not in ignored and malformed(one) is None]
    dismissed = [one for one in believed if one.type == TYPE]
    if not dismissed:
        return Outlook()
    facts, now = facts_of(dismissed, AlarmDismissed), looking.clock.now()
    about = _about(facts, looking.catalogue.services())
    found, later = [], []
    for hearer in looking.audience.readers(about, TYPE, max(now, facts[-1].tell_at)):
        pending = _pending(believed, dismissed, hearer)
        if pending and hearer.at > now:
            later.append(hearer.at)
        elif pending and (due := _due(log_id, believed, pending, hearer, looking.last_resort)):
            found.append(due)
    return Outlook(tuple(found), min(later, default=None))


def _about(facts: Sequence[AlarmDismissed], services: ServiceCatalogue) -> About:
    names = tuple(dict.fromkeys(one.signal.service for one in facts))
    known = [services.by_name[one].tier for one in names if one in services.by_name]
    tier = max(known, key=lambda one: one.cost_per_minute, default=Tier.SUPPORTING)
    return About(facts[0].application, names[0], names, tier)


def _pending(believed: Sequence[Event], dismissed: Sequence[Event], hearer: Hearer) -> tuple[Event, ...]:
    sent = facts_of(believed, NotificationSent)
    told = max((one.version for one in sent if one.recipient == hearer.name), default=0)
    return tuple(one for one in dismissed if one.version > told)


def _due(
    log_id: str, believed: Sequence[Event], pending: tuple[Event, ...], hearer: Hearer, last_resort: Channel
) -> Due | None:
    """On a channel that takes digests: nobody is paged for what nobody felt."""
    failed = {
        one.channel
        for one in facts_of(believed, NotificationFailed)
        if (one.recipient, one.version) == (hearer.name, pending[-1].version)
    }
    able = [one for one in hearer.channels if one.digests]
    roads = [one for one in (*able, *([last_resort] if able else [])) if one.name not in failed]
    if not roads:
        return None
    message = digest_of(log_id, facts_of(pending, AlarmDismissed))
    return Due(hearer.name, roads[0], len(roads) == 1, pending, message)


def digest_of(log_id: str, dismissed: Sequence[AlarmDismissed]) -> Message:
    """The message: a line for each alarm, however often it came, with why nobody felt it."""
    title, lines = unfelt(dismissed, most=MOST_A_DAY)
    return Message(incident_id=log_id, title=title, lines=lines, severity=SEVERITY, state=State.RESOLVED)
