"""What detection does with a signal: keep a change, open or join an incident, or leave what is only busy."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from shared.agents.detection import assess
from shared.domain.errors import ConcurrentAppend
from shared.domain.events import Head
from shared.domain.facts import Fact, IncidentDetected, SignalCorrelated
from shared.domain.incident import Incident
from shared.domain.signal import Signal, SignalKind
from shared.ports.event_store import EventStore, load, record
from shared.ports.open_incidents import OpenIncidents
from shared.ports.sources import Sources

Assess = Callable[[Signal, Sources], IncidentDetected | None]
"""What makes an incident of an alarm, or nothing; it raises what `detection.assess` raises."""


class Outcome(StrEnum):
    """What became of a signal."""

    NOTED = "noted"
    OPENED = "opened"
    CORRELATED = "correlated"
    DISMISSED = "dismissed"
    RELEASED = "released"


@dataclass(frozen=True)
class Opening:
    """One incident an application at a time. A signal that arrives twice changes nothing the second time."""

    store: EventStore
    open_incidents: OpenIncidents
    sources: Sources
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
        opened = self.assess(signal, self.sources)
        if opened is None:
            return Outcome.DISMISSED
        mine = incident_id(signal)
        incident = self._claimed(application, mine)
        if not self.store.read(incident):
            try:
                self.store.append(incident, Head(), [opened])
            except ConcurrentAppend:
                pass  # the same signal, delivered twice at once: the other delivery has opened it
            else:
                return Outcome.OPENED

        def decide(state: Incident) -> tuple[Fact, ...]:
            known = {one.id for one in state.signals}
            return () if signal.id in known or not state.is_open else (SignalCorrelated(signal=signal),)

        record(self.store, incident, decide)
        return Outcome.OPENED if incident == mine else Outcome.CORRELATED

    def _claimed(self, application: str, mine: str) -> str:
        """The application's open incident; a claim that a finished incident left behind is given up."""
        incident = self.open_incidents.claim(application, mine)
        if self.store.read(incident) and _is_over(load(self.store, incident)):
            self.open_incidents.release(application, incident)
            return mine if incident == mine else self.open_incidents.claim(application, mine)
        return incident

    def _recovered(self, signal: Signal, application: str) -> Outcome:
        """After an incident that a human has, the next alarm may open another one once nobody feels it."""
        incident = self.open_incidents.claim(application, incident_id(signal))
        if incident == incident_id(signal):
            self.open_incidents.release(application, incident)
            return Outcome.DISMISSED
        if load(self.store, incident).with_people and self.assess(signal, self.sources) is None:
            self.open_incidents.release(application, incident)
            return Outcome.RELEASED
        return Outcome.DISMISSED


def _is_over(state: Incident) -> bool:
    """Over, and so not with people, whose work another incident must not run into."""
    return not state.is_open


def incident_id(signal: Signal) -> str:
    """The incident that this signal opens, if it opens one: the same for every delivery of it."""
    return f"INC-{signal.id[:12].upper()}"
