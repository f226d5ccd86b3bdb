"""The line to a patient in this process."""

from shared.ports.patient_line import Done, Order, PatientState


class MemoryPatientLine:
    """Orders by id, and the last word of the patient."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._done: dict[str, Done] = {}
        self._state: PatientState | None = None

    def order(self, order: Order) -> None:
        """Leave an order."""
        self._orders[order.id] = order

    def done(self, id_: str) -> Done | None:
        """What became of an order; None while nothing has."""
        return self._done.get(id_)

    def state(self) -> PatientState | None:
        """What the patient said last."""
        return self._state

    def pending(self) -> tuple[Order, ...]:
        """The orders that nothing has become of, oldest first."""
        return tuple(self._orders[id_] for id_ in sorted(self._orders))

    def finish(self, done: Done) -> None:
        """Say what became of an order."""
        self._done[done.id] = done
        self._orders.pop(done.id, None)

    def tell(self, state: PatientState) -> None:
        """Say how the patient is."""
        self._state = state
