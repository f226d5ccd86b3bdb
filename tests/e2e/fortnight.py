"""A fortnight in shadow mode, simulated: remedies that are withheld at L1, and what people do then."""

import random
from datetime import timedelta

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.domain.events import head_of
from shared.domain.facts import (
    ActionWithheld,
    Author,
    EscalatedToHuman,
    HumanOutcome,
    IncidentClosed,
)
from shared.domain.facts.outcome import OTHER, Result
from shared.domain.folding import fold
from tests.policies import request
from tests.sample import opened, scale_out

DAYS = 14


class Fortnight:
    """Logs of `incidents` incidents, evenly spread; in `right` of 100 people do the same, and it helps.

    `silent` of 100 incidents are ones of which nobody has said anything.
    """

    def __init__(self, seed, incidents=40, right=100, silent=0) -> None:
        self.clock, self.logs, self._dice = ManualClock(), MemoryLogs(), random.Random(seed)
        self.minutes = {}
        for number in range(incidents):
            self._incident(f"INC-{number}", right, silent)
            self.clock.advance(timedelta(days=DAYS) / incidents)

    def states(self):
        return [fold(events) for events in self.logs.events.values()]

    def _incident(self, id_, right, silent) -> None:
        remedy, asked = scale_out(), request(autonomy="L1")
        self._write(id_, Author.DETECTION, opened(self.clock.now()))
        self._write(
            id_,
            Author.WORKFLOW,
            ActionWithheld(proposal=remedy, autonomy="L1", reasons=("advice-only",), asked=asked),
            EscalatedToHuman(reason="advice-only", suggestion=remedy),
            IncidentClosed(outcome="escalated", decision="quorum", business_usd="0", incident_usd="0"),
        )
        if self._dice.uniform(0, 100) < silent:
            return
        same = self._dice.uniform(0, 100) < right
        self.minutes[id_] = self._dice.uniform(8, 40)
        ended = self.clock.now() + timedelta(minutes=self.minutes[id_])
        did = remedy.runbook if same else self._dice.choice([OTHER, "restart-service"])
        said = HumanOutcome(did=did, result=Result.HELPED, resolved_at=ended, by="ada")
        self._write(id_, Author.OPERATOR, said)

    def _write(self, id_, author, *facts) -> None:
        store = MemoryEventStore(self.logs, author, MemorySigner(b""), self.clock)
        store.append(id_, head_of(store.read(id_)), facts)
