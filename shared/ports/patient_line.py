"""The line between whoever controls a demo and the patient, which is in another process.

Orders wait in a table of their own (`TABLE`), which the patient makes: no agent's role may read it, so none
can hear what was ordered. What the patient says of itself names scenarios and never their truth.
"""

from enum import StrEnum
from typing import Protocol

from pydantic import Field

from shared.domain.model import Model, Name, Utc

TABLE = "commander-demo"


class Verb(StrEnum):
    """What a patient may be told to do."""

    START = "start"
    INJECT = "inject"
    PAUSE = "pause"
    RESUME = "resume"
    RESET = "reset"


class Order(Model):
    """One order. Its id is a ULID, so orders have an order."""

    id: Name
    verb: Verb
    name: str = Field(default="", max_length=64, description="of the scenario or the fault")
    by: Name
    at: Utc


class Done(Model):
    """What became of an order."""

    id: Name
    ok: bool
    said: str = Field(max_length=500)


class Choice(Model):
    """A scenario or a fault, as one chooses it."""

    name: Name
    title: str


class PatientState(Model):
    """What the patient says of itself, every second."""

    at: Utc
    serving: bool = Field(description="false: paused, so no metrics, no log lines, no new alarms")
    scenario: str = Field(
        default="", description="the one that was started; empty: none since it was healthy"
    )
    faults: tuple[str, ...] = Field(default=(), description="those that were injected since it was healthy")
    pulse: str = Field(default="", description="how it feels, in one line")
    failed_ticks: int = 0
    scenarios: tuple[Choice, ...] = ()
    known_faults: tuple[Choice, ...] = ()


class PatientLine(Protocol):
    """Both ends of the line."""

    def order(self, order: Order) -> None:
        """Leave an order.

        Raises:
            PortError: it is not known to be left.
        """
        ...

    def done(self, id_: str) -> Done | None:
        """What became of an order; None while nothing has.

        Raises:
            PortError: AWS failed.
        """
        ...

    def state(self) -> PatientState | None:
        """What the patient said last; None when there never was one.

        Raises:
            PortError: AWS failed.
        """
        ...

    def pending(self) -> tuple[Order, ...]:
        """The orders that nothing has become of, oldest first.

        Raises:
            PortError: AWS failed.
        """
        ...

    def finish(self, done: Done) -> None:
        """Say what became of an order, which is pending no more.

        Raises:
            PortError: AWS failed.
        """
        ...

    def tell(self, state: PatientState) -> None:
        """Say how the patient is.

        Raises:
            PortError: AWS failed.
        """
        ...
