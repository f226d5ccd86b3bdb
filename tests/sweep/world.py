"""A storefront in which every runbook has a target on every service, broken by a scenario and alarmed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from scripts.patient.alarms import ALARMS
from scripts.patient.topology import catalogue
from scripts.scenarios import get
from shared.adapters.local.manual_clock import START, ManualClock
from shared.domain.proposal import Proposal
from shared.domain.runbook import CHANGED, Feasible, Infeasible, Subject
from shared.domain.service import Measure
from shared.domain.signal import Signal, SignalKind
from shared.runbooks.catalogue import remedies
from tests.e2e.storefront import CHECKOUT, DATABASE, Patient
from tests.sweep.table import CHANGES, STATES, Owner, everywhere

CATALOGUE = everywhere(catalogue())
HISTORY = timedelta(minutes=45)
"""Of measures before the alarm: an onset that is moved by half an hour still has a baseline."""
BEFORE = timedelta(seconds=12)
"""From the fault to the alarm."""
_OWNERS = {(kind, arn): one.name for one in CATALOGUE.services for kind, arn in one.resources.items()}


class World:
    """A patient, and every other target of its services, which only what is done to it changes."""

    def __init__(self, patient: Patient, trouble: "Trouble") -> None:
        self.patient, self._trouble = patient, trouble
        self._states = {}
        self.done: list[tuple[datetime, Proposal]] = []

    def observe(self, runbook, target):
        if _is_the_patients(runbook.id, target):
            return self.patient.observe(runbook, target)
        return self._state(runbook.id, target)

    def _state(self, runbook: str, target: str):
        name = _OWNERS[remedies()[runbook].runbook.resource, target]
        return self._states.setdefault((runbook, target), STATES[runbook](self._trouble.owner(name)))

    def act(self, proposal: Proposal) -> None:
        """Do it; on what the patient's equations do not know it does what it promises, and no more."""
        self.done.append((self.patient.clock.now(), proposal))
        if _is_the_patients(proposal.runbook, proposal.target):
            self.patient.act(proposal)
            return
        state = self._state(proposal.runbook, proposal.target)
        for name, value in remedies()[proposal.runbook].effect(proposal, state).items():
            state[name] = f"{CHANGED} {len(self.done)}" if value == CHANGED else value


def _is_the_patients(runbook: str, target: str) -> bool:
    if target == DATABASE:
        return True
    if runbook in ("restart-service", "roll-back-service-deployment", "scale-out-service"):
        return target == CHECKOUT
    return runbook == "block-address-range" and target == CATALOGUE.get("web").resources["ip_set"]


@dataclass(frozen=True)
class Trouble:
    """A scenario, broken and about to be alarmed: what every run of it begins with."""

    scenario: str
    patient: Patient
    announced: tuple[Signal, ...]
    alarms: tuple[tuple[str, Measure, str], ...]  # service, measure, key

    @property
    def now(self) -> datetime:
        """The time of the alarm."""
        return self.patient.clock.now()

    def owner(self, service: str) -> Owner:
        """The service, as the table asks for it."""
        return Owner(service, service == get(self.scenario).truth.root_cause, START)

    def world(self) -> World:
        """A world of its own."""
        return World(self.patient, self)


@cache
def trouble(scenario: str) -> Trouble:
    """The scenario at the moment of its alarm; lived once, then copied."""
    clock = ManualClock(START)
    patient = _lived().twin(clock)
    begun = Trouble(scenario, patient, (), ())
    announced = list(_change_innocently(begun))
    patient.announce = lambda source, service, resource: announced.append(
        _announcement(source, service, resource, clock.now())
    )
    get(scenario).break_it(patient)
    clock.advance(BEFORE)
    patient.live()
    firing = tuple(
        (alarm.service, alarm.measure, alarm.name)
        for alarm in ALARMS
        if patient.latest[alarm.service].values[alarm.measure] > alarm.threshold
    )
    return replace(begun, announced=tuple(announced), alarms=firing)


@cache
def _lived() -> Patient:
    patient = Patient(ManualClock(START), HISTORY)
    patient.live()
    return patient


def _change_innocently(begun: Trouble) -> Iterator[Signal]:
    """What people changed before the trouble, and what was announced of it."""
    patient = begun.patient
    patient.releases[2] = 1
    patient.deployments.append((2, begun.owner("checkout").changed("ecs_service")))
    limited = begun.owner("database").changed("parameter")
    patient.history = [(190, START - timedelta(days=9)), (200, limited)]
    for kind, (source, _, _) in CHANGES.items():
        for one in CATALOGUE.services:
            yield _announcement(source, one.name, one.resources[kind], begun.owner(one.name).changed(kind))


def _announcement(source: str, service: str, resource: str, at: datetime) -> Signal:
    return Signal(
        source=source,
        kind=SignalKind.CHANGE,
        service=service,
        resource=resource,
        at=at,
        key=f"{resource[-80:]}{at:%H%M%S}",
    )


def proposals(scenario: str, services: tuple[str, ...]) -> tuple[Proposal, ...]:
    """What each runbook itself would propose on each of these services at the alarm, where it can be run."""
    begun = trouble(scenario)
    world = begun.world()
    found = []
    for remedy in remedies().values():
        for name in services:
            prepared = prepared_on(world, name, remedy.runbook.id, begun.now)
            if isinstance(prepared, Feasible):
                found.append(prepared.proposal)
    return tuple(found)


def prepared_on(world: World, service: str, runbook: str, began: datetime) -> Feasible | Infeasible:
    """What a runbook says of its target on a service."""
    remedy, one = remedies()[runbook], CATALOGUE.get(service)
    target = one.resources[remedy.runbook.resource]
    return remedy.prepare(Subject(one, target, world.observe(remedy.runbook, target), began))
