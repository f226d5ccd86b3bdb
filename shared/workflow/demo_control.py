"""Demo control: a scenario on the running patient, a fault, another severity, a pause, and the way back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import Field

from shared.domain.commands import change_severity
from shared.domain.dismissals import is_day
from shared.domain.errors import CommandRefused
from shared.domain.facts import Fact, ResolvedByPeople, TakenOver
from shared.domain.incident import Incident
from shared.domain.model import Model
from shared.domain.severity import Severity
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust, EventStore, load, record
from shared.ports.open_incidents import OpenIncidents
from shared.ports.patient_line import Choice, Done, Order, PatientLine, PatientState, Verb
from shared.views.realtime import RealTime, real_time

FRESH = timedelta(seconds=15)
"""A patient that has said nothing for longer is not there."""
PATIENCE = timedelta(seconds=30)
POLL = 0.25
NO_PATIENT = "no patient serves: `commander demo --keep` leaves one with its stage"
PAUSED = "the patient is paused: no new metrics, log lines or alarms; an incident that runs already goes on"


class DemoStatus(Model):
    """Everything that a demo's controls show."""

    patient: PatientState | None = Field(description="null: none serves")
    incidents: tuple[RealTime, ...] = Field(description="those that are open, with their clocks")


class Reset(Model):
    """What a reset did."""

    said: str
    closed: tuple[str, ...] = Field(description="incidents that were taken over, and are over now")
    open: tuple[str, ...] = Field(description="incidents that were taken over, and end by themselves later")


@dataclass(frozen=True)
class DemoControl:
    """For an operator of a stage whose configuration says `demo: true`.

    Args:
        allowed: whether the deployed stage says so.
        store: the incidents' logs, as the operator writes them.
        incident_ids: of those that may be open.
        wait: waits for so many seconds.
        by: who controls it.
    """

    stage: str
    allowed: bool
    line: PatientLine
    store: EventStore
    distrust: Distrust
    open_incidents: OpenIncidents
    incident_ids: Callable[[], Sequence[str]]
    catalogue: CatalogueSource
    clock: Clock
    wait: Callable[[float], None]
    by: str

    def start(self, scenario: str, patience: timedelta = PATIENCE) -> str:
        """Let a healthy patient fall ill as a scenario says; a sentence about it.

        Raises:
            CommandRefused: the stage has no demo, nobody serves, or it is ill; there is no such scenario.
            PortError: the patient cannot be reached.
        """
        state = self._serving()
        self._known(scenario, state.scenarios, "scenario")
        if state.scenario or state.faults:
            ill = state.scenario or ", ".join(state.faults)
            raise CommandRefused(f"the patient has {ill} already: `commander demo-control reset` first")
        return self._ordered(Verb.START, scenario, patience).said

    def inject(self, fault: str, patience: timedelta = PATIENCE) -> str:
        """Break one thing, whatever the patient has already; a sentence about it.

        Raises:
            CommandRefused, PortError: as `start`.
        """
        self._known(fault, self._serving().known_faults, "fault")
        return self._ordered(Verb.INJECT, fault, patience).said

    def severity(self, incident_id: str, severity: Severity, reason: str) -> Incident:
        """Grade an incident; the incident as it is then.

        Raises:
            CommandRefused: the stage has no demo, or the incident is over.
            IncidentNotFound: there is none.
        """
        self._allowed()

        def decide(state: Incident) -> tuple[Fact, ...]:
            return change_severity(state, severity, self.by, reason)

        return record(self.store, incident_id, decide, distrust=self.distrust)

    def pause(self, patience: timedelta = PATIENCE) -> str:
        """Stop the patient's clock. What runs in the stage goes on: agents, votes, remedies, their watch.

        Raises:
            CommandRefused, PortError: as `start`.
        """
        self._present()
        self._ordered(Verb.PAUSE, "", patience)
        return PAUSED

    def resume(self, patience: timedelta = PATIENCE) -> str:
        """Let it serve again.

        Raises:
            CommandRefused, PortError: as `start`.
        """
        self._present()
        return self._ordered(Verb.RESUME, "", patience).said

    def reset(self, patience: timedelta = PATIENCE) -> Reset:
        """Bring the demo back to its beginning: open incidents are taken over, and the patient is well again.

        Taken over, an incident is left to its operator by its own state machine, and resolved then: its log
        says so. When that takes longer than `patience` it is only said: what runs then still ends, and is not
        undone.

        Raises:
            CommandRefused, PortError: as `start`.
        """
        self._present()
        ours = [one.id for one in self._open()]
        taken = TakenOver(by=self.by, reason="the demo is reset")
        for incident_id in ours:
            self._written(incident_id, lambda now: () if now.taken or not now.is_open else (taken,))
        until = self.clock.now() + patience
        while self._still(ours) and self.clock.now() < until:
            self.wait(POLL)
        said = self._ordered(Verb.RESET, "", PATIENCE).said
        over = ResolvedByPeople(by=self.by, did="the demo is reset")
        for incident_id in ours:
            self._written(incident_id, lambda now: (over,) if now.with_people else ())
        still = self._still(ours)
        self._release()
        return Reset(said=said, closed=tuple(one for one in ours if one not in still), open=tuple(still))

    def status(self) -> DemoStatus:
        """The patient, and the clocks of every open incident.

        Raises:
            CommandRefused: the stage has no demo.
            PortError: a store cannot be read.
        """
        self._allowed()
        now, services = self.clock.now(), self.catalogue.services().by_name
        clocks = tuple(real_time(one, now, services.get(one.opened.service)) for one in self._open())
        return DemoStatus(patient=self._patient(), incidents=clocks)

    def real_time(self, incident_id: str) -> RealTime:
        """The clocks of one incident, open or not.

        Raises:
            CommandRefused: the stage has no demo.
            IncidentNotFound: there is none.
        """
        self._allowed()
        state = load(self.store, incident_id, self.distrust)
        service = self.catalogue.services().by_name.get(state.opened.service)
        return real_time(state, self.clock.now(), service)

    def _allowed(self) -> None:
        if not self.allowed:
            raise CommandRefused(
                f"stage {self.stage} has no demo controls: its configuration does not say `demo: true`, "
                "and nothing is broken on purpose where people depend on it"
            )

    def _patient(self) -> PatientState | None:
        state = self.line.state()
        return state if state is not None and self.clock.now() - state.at <= FRESH else None

    def _present(self) -> PatientState:
        self._allowed()
        state = self._patient()
        if state is None:
            raise CommandRefused(NO_PATIENT)
        return state

    def _serving(self) -> PatientState:
        state = self._present()
        if not state.serving:
            raise CommandRefused("the patient is paused: `commander demo-control resume` first")
        return state

    def _known(self, name: str, choices: Sequence[Choice], what: str) -> None:
        if name not in {one.name for one in choices}:
            raise CommandRefused(f"no {what} {name!r}: choose {', '.join(one.name for one in choices)}")

    def _ordered(self, verb: Verb, name: str, patience: timedelta) -> Done:
        order = Order(id=self.clock.new_id(), verb=verb, name=name, by=self.by[:256], at=self.clock.now())
        self.line.order(order)
        until = order.at + patience
        while (done := self.line.done(order.id)) is None and self.clock.now() < until:
            self.wait(POLL)
        if done is None:
            return Done(
                id=order.id, ok=True, said=f"{verb.value} was ordered; the patient has not answered yet"
            )
        if not done.ok:
            raise CommandRefused(done.said)
        return done

    def _open(self) -> list[Incident]:
        found = (load(self.store, one, self.distrust) for one in self.incident_ids() if not is_day(one))
        return [one for one in found if one.is_open]

    def _still(self, ids: Sequence[str]) -> list[str]:
        """What the machine is still at."""
        states = [load(self.store, one, self.distrust) for one in ids]
        return [one.id for one in states if one.is_open and not one.with_people]

    def _written(self, incident_id: str, decide: Callable[[Incident], tuple[Fact, ...]]) -> None:
        record(self.store, incident_id, decide, distrust=self.distrust)

    def _release(self) -> None:
        """What people had is over now, since the patient is well: the next alarm opens another."""
        for incident_id in (one for one in self.incident_ids() if not is_day(one)):
            state = load(self.store, incident_id, self.distrust)
            if not state.is_open:
                self.open_incidents.release(state.opened.application, incident_id)
