"""What detection does with a signal: keeps a change, opens or joins an incident, or dismisses it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from shared.agents.detection import assess
from shared.domain.correlation import (
    Dismiss,
    Join,
    OpenIncident,
    OpenNew,
    Verdict,
    alarm_of,
    apart,
    correlate,
    near,
    ringing,
)
from shared.domain.errors import ConcurrentAppend, IncidentNotFound, PortError
from shared.domain.events import head_of
from shared.domain.facts import Fact, IncidentDetected, RecoverySeen, SignalCorrelated
from shared.domain.incident import Incident
from shared.domain.service import ServiceCatalogue
from shared.domain.signal import Signal, SignalKind
from shared.ports.event_store import Distrust, EventStore, load, record
from shared.ports.open_incidents import Claims, OpenIncidents
from shared.ports.sources import Sources
from shared.workflow.dismissing import Dismissing

Assess = Callable[[Signal, Sources], IncidentDetected | None]
"""What makes an incident of an alarm, or nothing; it raises what `detection.assess` raises."""
ATTEMPTS = 20
"""How often a decision that another one overtook is made anew."""
PENDING = timedelta(minutes=1)
"""Who has claimed to open an incident, and has not done so by then, never will."""


class Outcome(StrEnum):
    """What became of a signal."""

    NOTED = "noted"
    OPENED = "opened"
    CORRELATED = "correlated"
    DISMISSED = "dismissed"
    RELEASED = "released"


@dataclass(frozen=True)
class Opening:
    """A signal that arrives twice changes nothing the second time; two at once are decided one by one."""

    store: EventStore
    open_incidents: OpenIncidents
    sources: Sources
    dismissing: Dismissing
    distrust: Distrust
    assess: Assess = assess

    def hear(self, signal: Signal) -> Outcome:
        """Take a signal in.

        Raises:
            UnknownService: its service is not in the catalogue.
            PortError: something could not be read or written.
        """
        application = self.sources.catalogue.services().get(signal.service).application
        if signal.kind is SignalKind.CHANGE:
            self.sources.changes.note(application, signal)
            return Outcome.NOTED
        if signal.kind is SignalKind.RECOVERY:
            return self._recovered(signal, application)
        if signal.kind is SignalKind.ALARM:
            return self._trouble(signal, application)
        return Outcome.DISMISSED

    def _trouble(self, signal: Signal, application: str) -> Outcome:
        services, looked = self.sources.catalogue.services(), dict[frozenset[str], IncidentDetected | None]()
        for lost in range(1, ATTEMPTS + 1):
            if self._incident(incident_id(signal)) is not None:
                return Outcome.OPENED  # delivered again
            claims = self.open_incidents.of(application)
            if self._ended_with(signal, claims):
                return Outcome.CORRELATED  # delivered again
            known = self._known(application, claims, signal)
            if known is not None:
                opened = [OpenIncident.of(one) for one in known]
                left_out = apart(signal, opened, services)
                if left_out not in looked:
                    looked[left_out] = self._felt(signal, left_out)
                verdict = correlate(signal, looked[left_out], opened, services)
                outcome = self._done(signal, verdict, application, claims)
                if outcome is not None:
                    return outcome
            self.store.give_way(lost)
        raise PortError(f"the open incidents of {application} keep changing", retryable=True)

    def _ended_with(self, signal: Signal, claims: Claims) -> bool:
        """Whether it belongs to an incident that ended lately."""
        opened = filter(None, map(self._incident, claims.ended))
        return any(_has(one, signal) for one in opened)

    def _incident(self, incident_id: str) -> Incident | None:
        """An incident as far as its log can be believed; None when nobody has opened it."""
        try:
            return load(self.store, incident_id, self.distrust)
        except IncidentNotFound:
            return None

    def _known(self, application: str, claims: Claims, signal: Signal) -> list[Incident] | None:
        """The application's open incidents, oldest first; None while somebody else is opening one.

        A claim ends by what is so: one whose incident is over, or was never opened, is given up here.
        """
        now, found = self.sources.clock.now(), list[Incident]()
        for claim in claims.open:
            if claim.incident_id == incident_id(signal):
                continue  # our own, of a delivery that went no further
            state = self._incident(claim.incident_id)
            if state is None:
                if claim.at + PENDING > now:
                    return None
                self.open_incidents.release(application, claim.incident_id)
                return None
            if state.is_open:
                found.append(state)
            else:
                self.open_incidents.release(application, claim.incident_id)
                return None
        return found

    def _felt(self, signal: Signal, left_out: frozenset[str]) -> IncidentDetected | None:
        """What people feel of an alarm, looked at without these services."""
        without = replace(self.sources, catalogue=_Without(self.sources, left_out))
        return self.assess(signal, without if left_out else self.sources)

    def _done(self, signal: Signal, verdict: Verdict, application: str, claims: Claims) -> Outcome | None:
        """What became of it; None when something changed meanwhile, and it is to be decided anew."""
        match verdict:
            case OpenNew(opened=opened):
                mine = incident_id(signal)
                if mine not in claims and not self.open_incidents.claim(application, mine, claims):
                    return None
                there = self.store.read(mine)  # nothing, or what nobody believes
                if self._incident(mine) is not None:
                    return None
                try:
                    self.store.append(mine, head_of(there), [opened])
                except ConcurrentAppend:
                    return None  # the same signal, delivered twice at once: the other delivery has opened it
                return Outcome.OPENED
            case Join() as joined:
                return Outcome.CORRELATED if self._joined(signal, joined) else None
            case Dismiss():
                self.dismissing.note(signal, application)
                return Outcome.DISMISSED

    def _joined(self, signal: Signal, joined: Join) -> bool:
        """Whether it is part of the incident now: not when that was closed in between."""
        fact = SignalCorrelated(signal=signal, announced=joined.announced)

        def decide(state: Incident) -> tuple[Fact, ...]:
            return (fact,) if state.is_open and not _has(state, signal) else ()

        return _has(record(self.store, joined.incident_id, decide, distrust=self.distrust), signal)

    def _recovered(self, signal: Signal, application: str) -> Outcome:
        """An alarm is well again: written down where it rang; and whether anything is felt any more."""
        services = self.sources.catalogue.services()
        claimed = [one.incident_id for one in self.open_incidents.of(application).open]
        states = filter(None, map(self._incident, claimed))
        incidents = [one for one in states if one.is_open and _concerns(signal, one, services)]
        outcome = Outcome.DISMISSED
        for state in incidents:
            well = self._is_well(signal, state)

            def decide(now: Incident, seen: int = len(state.signals), well: str = well) -> Sequence[Fact]:
                return _recovery(signal, now, well if len(now.signals) == seen else "")

            if not record(self.store, state.id, decide, distrust=self.distrust).is_felt:
                outcome = Outcome.RELEASED
        return outcome

    def _is_well(self, signal: Signal, state: Incident) -> str:
        """Why its trouble is over with this recovery; empty: it is not."""
        if not ringing((*state.signals, signal)):
            return "every alarm of it is well again"
        return "" if self.assess(signal, self.sources) else "nobody feels anything any more"


@dataclass(frozen=True)
class _Without:
    """The catalogue without some services."""

    sources: Sources
    names: frozenset[str]

    def services(self) -> ServiceCatalogue:
        """What is left of it."""
        kept = (one for one in self.sources.catalogue.services().services if one.name not in self.names)
        return ServiceCatalogue(services=tuple(kept))


def incident_id(signal: Signal) -> str:
    """The incident that this signal opens, if it opens one: the same for every delivery of it."""
    return f"INC-{signal.id[:12].upper()}"


def _has(state: Incident, signal: Signal) -> bool:
    return any(one.id == signal.id for one in state.signals)


def _concerns(signal: Signal, state: Incident, services: ServiceCatalogue) -> bool:
    """Whether a recovery says something of an incident: its own alarm's, or of a service near it."""
    known = OpenIncident.of(state)
    return alarm_of(signal) in known.heard or bool(near(signal, [known], services))


def _recovery(signal: Signal, state: Incident, well: str) -> Sequence[Fact]:
    rang = any(alarm_of(one) == alarm_of(signal) for one in state.signals)
    noted = [SignalCorrelated(signal=signal)] if rang and not _has(state, signal) else []
    ends = [one.at for one in (*state.signals, signal) if one.kind is SignalKind.RECOVERY]
    over = [RecoverySeen(at=max(ends), statement=well)] if well and state.is_felt else []
    return (*noted, *over)
