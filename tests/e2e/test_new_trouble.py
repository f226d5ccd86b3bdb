"""New trouble after an incident that people were handed: it reaches them, whenever the recovery came."""

from datetime import timedelta

import pytest

from shared.domain.autonomy import Autonomy
from shared.domain.facts import ApprovalRequested, EscalatedToHuman
from shared.domain.service import Measure
from shared.domain.signal import Signal, SignalKind
from tests.e2e.storefront import Street


class Mended(Street):
    """A street in which somebody repairs it by hand, and its alarm is well again, on an event of the log."""

    def __init__(self, autonomy, on):
        self.on = on
        super().__init__(autonomy, listeners=(self._repair,))

    def _repair(self, event):
        if isinstance(event.fact, self.on) and self.patient.resources.max_connections == 20:
            self.patient.set_connections(200)
            self.wait(90)
            self.patient.live()
            self.house.opening.hear(self.signal(SignalKind.RECOVERY, "well"))

    def signal(self, kind, key):
        return Signal(
            source="cloudwatch",
            kind=kind,
            service="web",
            measure=Measure.LATENCY,
            at=self.clock.now(),
            attributes={"alarm": "web-latency"},
            key=key,
        )

    def outage(self, key):
        self.patient.set_connections(20)
        self.wait(12)
        return self.house.hear(self.signal(SignalKind.ALARM, key))

    @property
    def told(self):
        return [f"{one.incident_id}: {one.title}" for one in self.house.channel.messages]


@pytest.mark.parametrize(
    ("autonomy", "on"),
    [
        (Autonomy.APPROVE, ApprovalRequested),  # well 90 s after the alarm; the approval expires later
        (Autonomy.APPROVE, EscalatedToHuman),
        (Autonomy.ADVISE, EscalatedToHuman),
    ],
)
def test_an_outage_after_a_recovery_is_a_second_incident_and_is_told(autonomy, on):
    street = Mended(autonomy, on)
    street.change()
    street.outage("first")
    told = len(street.told)
    street.clock.advance(timedelta(hours=3))
    street.outage("second")
    first, second = street.house.incidents()
    assert any(one.startswith(f"{second.id}: ") and "in storefront" in one for one in street.told[told:])
    assert first.id != second.id
