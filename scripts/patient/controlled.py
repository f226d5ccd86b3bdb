"""A patient that does what the line to it says, and says every second how it is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from scripts.patient.faults import FAULTS, fault
from scripts.patient.model import Readings
from scripts.patient.scenario import Patient
from scripts.scenarios import get, scenarios
from shared.domain.errors import CommanderError, InvalidConfiguration
from shared.ports.clock import Clock
from shared.ports.patient_line import Choice, Done, Order, PatientLine, PatientState, Verb

STALE = timedelta(minutes=1)
"""An older order was for a patient that served then."""
CHOICES = {
    "scenarios": tuple(Choice(name=one.name, title=one.title) for one in scenarios().values()),
    "known_faults": tuple(Choice(name=one.name, title=one.title) for one in FAULTS.values()),
}


class Serving(Patient, Protocol):
    """A patient with a clock of its own."""

    @property
    def serving(self) -> bool:
        """Whether its clock runs."""
        ...

    @property
    def latest(self) -> Readings:
        """What it measured last."""
        ...

    @property
    def errors(self) -> int:
        """Ticks that failed."""
        ...

    def start(self) -> None:
        """Let its clock run."""
        ...

    def stop(self) -> None:
        """Stop its clock."""
        ...

    def create(self) -> object:
        """Put it back to health."""
        ...


class Controlled:
    """`beat` is called every second, by one thread.

    Args:
        forget: after a reset, what the stage remembers of the patient's past is forgotten.
    """

    def __init__(
        self, patient: Serving, line: PatientLine, clock: Clock, forget: Callable[[], None] = lambda: None
    ) -> None:
        self._patient, self._line, self._clock, self._forget = patient, line, clock, forget
        self._scenario, self._faults = "", list[str]()

    def beat(self) -> None:
        """Do what was ordered, each order once, and say how the patient is.

        Raises:
            PortError: the line is broken; the next beat tries again.
        """
        for order in self._line.pending():
            self._line.finish(self._carried_out(order))
        self._line.tell(self._state())

    def _carried_out(self, order: Order) -> Done:
        if self._clock.now() - order.at > STALE:
            return Done(
                id=order.id, ok=False, said=f"{order.verb.value} was ordered too long ago; say it again"
            )
        try:
            said = self._obeyed(order)
        except CommanderError as error:
            return Done(id=order.id, ok=False, said=str(error)[:500])
        except Exception as error:  # noqa: BLE001 - the edge: one order that fails ends neither patient nor line
            return Done(id=order.id, ok=False, said=f"{order.verb.value} failed: {error}"[:500])
        return Done(id=order.id, ok=True, said=said)

    def _obeyed(self, order: Order) -> str:
        match order.verb:
            case Verb.START:
                return self._started(order.name)
            case Verb.INJECT:
                chosen = fault(order.name)
                chosen.inject(self._patient)
                self._faults.append(chosen.name)
                return f"it has {chosen.name} now: {chosen.title}"
            case Verb.PAUSE:
                self._patient.stop()
                return "paused"
            case Verb.RESUME:
                self._patient.start()
                return "it serves again"
            case Verb.RESET:
                return self._healed()

    def _started(self, name: str) -> str:
        if self._scenario or self._faults:
            raise InvalidConfiguration("the patient is ill already: reset it first")
        chosen = get(name)
        chosen.break_it(self._patient)
        self._scenario = chosen.name
        return f"{chosen.name}: {chosen.title}"

    def _healed(self) -> str:
        self._patient.create()
        self._patient.start()
        self._scenario, self._faults = "", []
        self._forget()
        return "the patient is well, and serves"

    def _state(self) -> PatientState:
        return PatientState(
            at=self._clock.now(),
            serving=self._patient.serving,
            scenario=self._scenario,
            faults=tuple(self._faults),
            pulse=pulse(self._patient.latest),
            failed_ticks=self._patient.errors,
            **CHOICES,
        )


def pulse(latest: Readings) -> str:
    """How the patient feels, in one line."""
    return " · ".join(
        f"{name} {one.latency * 1000:.0f} ms, {one.errors:.1%} errors"
        for name, one in latest.items()
        if name in ("web", "checkout", "database")
    )
