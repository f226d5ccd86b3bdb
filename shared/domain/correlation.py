"""To which incident a signal belongs: one pure decision over what is open, what calls what, and what is felt.

An incident stands at its bottom: those of the services it names that call no other one that it names. A
service is *near* it when the two depend on something in common, themselves counted: what calls the bottom
may feel it, what the bottom calls may cause it, and what both call may do both. Everything else of the
application is *elsewhere*. What people have and nobody feels any more takes no new trouble: that is another
outage, whether the recovery came before or after the hand-over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.facts import IncidentDetected
from shared.domain.incident import Incident
from shared.domain.service import ServiceCatalogue
from shared.domain.signal import Signal, SignalKind


@dataclass(frozen=True)
class OpenIncident:
    """What a decision needs to know of an incident that is open."""

    id: str
    services: tuple[str, ...]
    signals: frozenset[str]  # ids of all that joined
    ringing: frozenset[str]  # alarms that joined, and are not well again
    heard: frozenset[str]  # alarms that ever joined
    over_since: datetime | None  # nobody feels it any more, since then, and nothing rang later
    with_people: bool

    @classmethod
    def of(cls, incident: Incident) -> "OpenIncident":
        """The same incident, with what its signals say of its alarms."""
        loud, ended = ringing(incident.signals), incident.felt[-1].ends if incident.felt else None
        again = ended is not None and any(one.at > ended for one in incident.signals if alarm_of(one) in loud)
        return cls(
            id=incident.id,
            services=incident.opened.services or (incident.opened.service,),
            signals=frozenset(one.id for one in incident.signals),
            ringing=loud,
            heard=frozenset(alarm_of(one) for one in incident.signals if one.kind is SignalKind.ALARM),
            over_since=None if again else ended,
            with_people=incident.with_people,
        )

    def is_past(self, at: datetime) -> bool:
        """Whether people have it, and what comes then is not its trouble any more."""
        return self.with_people and self.over_since is not None and at > self.over_since


@dataclass(frozen=True)
class OpenNew:
    """It is an incident of its own."""

    opened: IncidentDetected


@dataclass(frozen=True)
class Join:
    """It belongs to an incident that is open; people are told, unless that repeats what they know."""

    incident_id: str
    announced: bool


@dataclass(frozen=True)
class Dismiss:
    """Nobody feels it."""


Verdict = OpenNew | Join | Dismiss


def correlate(
    signal: Signal, felt: IncidentDetected | None, opened: Sequence[OpenIncident], services: ServiceCatalogue
) -> Verdict:
    """To which incident an alarm belongs.

    Args:
        felt: what people feel of it, looked at without the services of `apart`; None: nothing.
        opened: the open incidents of its application, oldest first.
    """
    for one in opened:
        if signal.id in one.signals:  # delivered again
            return Join(one.id, announced=False)
    if felt is None:
        return Dismiss()
    mine = near(signal, opened, services)
    if not mine:
        return OpenNew(felt)
    # Whom the machine works for first: it may still act on what is new. Of several, the latest.
    chosen = max(enumerate(mine), key=lambda pair: (not pair[1].with_people, pair[0]))[1]
    known = chosen.heard if not chosen.with_people else chosen.ringing
    return Join(chosen.id, announced=alarm_of(signal) not in known)


def near(
    signal: Signal, opened: Sequence[OpenIncident], services: ServiceCatalogue
) -> tuple[OpenIncident, ...]:
    """The incidents that an alarm can belong to, oldest first: near it, and not past."""
    mine = set(services.below(signal.service))
    return tuple(
        one for one in opened if not one.is_past(signal.at) and mine & _bottom_and_below(one, services)
    )


def apart(signal: Signal, opened: Sequence[OpenIncident], services: ServiceCatalogue) -> frozenset[str]:
    """The services that an alarm elsewhere is judged without: another incident's trouble explains them."""
    if near(signal, opened, services):
        return frozenset()
    going_on = [one for one in opened if not one.is_past(signal.at)]
    explained = {
        name for one in going_on for bottom in _bottoms(one, services) for name in services.above(bottom)
    }
    explained |= {name for one in going_on for name in _bottom_and_below(one, services)}
    return frozenset(explained - {signal.service})


def ringing(signals: Iterable[Signal]) -> frozenset[str]:
    """The alarms whose last word, by its own time, is not that they are well."""
    last: dict[str, Signal] = {}
    for one in signals:
        if one.kind in (SignalKind.ALARM, SignalKind.RECOVERY):
            before = last.get(alarm_of(one))
            if before is None or before.at <= one.at:
                last[alarm_of(one)] = one
    return frozenset(name for name, one in last.items() if one.kind is SignalKind.ALARM)


def alarm_of(signal: Signal) -> str:
    """What is the same for an alarm and its recovery: its name, or what it watches."""
    named = signal.attributes.get("alarm")
    return f"{signal.source}:{named or f'{signal.service}/{signal.measure or signal.resource}'}"


def _bottoms(incident: OpenIncident, services: ServiceCatalogue) -> tuple[str, ...]:
    named = set(incident.services)
    lowest = tuple(one for one in incident.services if set(services.below(one)) & named == {one})
    return lowest or incident.services  # a circle has no bottom


def _bottom_and_below(incident: OpenIncident, services: ServiceCatalogue) -> set[str]:
    return {name for bottom in _bottoms(incident, services) for name in services.below(bottom)}
