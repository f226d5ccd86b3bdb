"""Streets with their read model, as the projector keeps it, and sample answers for whoever builds a page.

`python -m tests.views.house DIRECTORY` writes an answer of each kind as JSON.
"""

import sys
from functools import cache
from pathlib import Path

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_event_store import MemoryLogs
from shared.adapters.local.memory_log_reader import MemoryLogReader
from shared.adapters.local.memory_open_incidents import MemoryOpenIncidents
from shared.adapters.local.memory_views import MemoryViews
from shared.domain.autonomy import Autonomy
from shared.domain.service import Measure
from shared.workflow.projecting import Projecting
from shared.workflow.reading import Reading
from tests.e2e.storefront import Street


class Seen:
    """A street, its read model, and who reads it."""

    def __init__(
        self, street: Street, logs: MemoryLogs | None = None, clock: ManualClock | None = None
    ) -> None:
        self.street, self.clock = street, clock or street.clock
        self.logs = logs or street.house.logs
        self.views = MemoryViews(self.clock)
        self.log = MemoryLogReader(self.logs)
        self.catalogue = MemoryCatalogue(street.house.catalogue)
        self.projecting = Projecting(
            self.log,
            lambda events: frozenset(),
            self.views,
            self.clock,
            self.catalogue,
            MemoryOpenIncidents(self.clock),
        )
        self.reading = Reading(self.views, self.log, self.catalogue, self.clock)

    def project(self) -> "Seen":
        for incident_id in self.log.incident_ids():
            self.projecting.project(incident_id)
        self.projecting.sweep()
        return self


def cascade(**options) -> Street:
    """Somebody lowers the database's connections; it is put back."""
    street = Street(**options)
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm()
    return street


def saturated() -> Street:
    """Checkout is saturated; more tasks make it worse: undone, a human is told."""
    street = Street()
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS)
    return street


RUNS = {
    "resolved": cascade,
    "backfired": saturated,
    "advised": lambda: cascade(autonomy=Autonomy.ADVISE),
    "asking": lambda: cascade(autonomy=Autonomy.APPROVE),
    "without-diagnosis": lambda: cascade(silent=["diagnosis"]),
}
CUT = {
    "investigating": ("resolved", "FindingsSubmitted", 1),
    "voting": ("resolved", "BallotCast", 1),
    "waiting": ("asking", "ApprovalRequested", 0),
    "acting": ("resolved", "ActionStarted", 0),
}
"""While the house is still at it: of a run, up to the first event of a type and some more."""
SAMPLES = (*RUNS, *CUT)


@cache
def run(name: str) -> Street:
    """One run, which nobody changes."""
    return RUNS[name]()


def sample(name: str) -> Seen:
    """A read model of its own over a run, or over the beginning of one."""
    whole, last, extra = CUT.get(name, (name, "", 0))
    street, logs = run(whole), MemoryLogs()
    for incident_id, events in street.house.logs.events.items():
        ends = [number for number, one in enumerate(events, start=1) if one.type == last]
        logs.events[incident_id] = events[: ends[0] + extra] if ends else events
    return Seen(street, logs, ManualClock(street.clock.now())).project()


def write(directory: Path) -> None:
    """One folder of answers for each sample."""
    for name in SAMPLES:
        seen = sample(name)
        listed = seen.reading.incidents(None, 50, None)
        [row] = listed.incidents
        answers = {
            "incidents": listed,
            "incident": seen.reading.incident(row.id, ["approve", "deny", "take_over"]),
            "events": seen.reading.events(row.id, 100, None),
            "changes": seen.reading.changes(seen.reading.changes(None, 50).cursor, 50),
        }
        folder = directory / name
        folder.mkdir(parents=True, exist_ok=True)
        for kind, answer in answers.items():
            (folder / f"{kind}.json").write_text(answer.model_dump_json(indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
