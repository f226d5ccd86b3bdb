"""Streets with their read model, as the projector keeps it, and sample answers for whoever builds a page.

`python -m tests.views.house DIRECTORY` writes an answer of each kind as JSON.
"""

import sys
from pathlib import Path

from shared.adapters.local.memory_catalogue import MemoryCatalogue
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

    def __init__(self, street: Street) -> None:
        self.street, self.clock = street, street.clock
        self.views = MemoryViews(self.clock)
        self.log = MemoryLogReader(street.house.logs)
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


def resolved(**options) -> Seen:
    """Somebody lowers the database's connections; it is put back."""
    street = Street(**options)
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm()
    return Seen(street).project()


def backfired() -> Seen:
    """Checkout is saturated; more tasks make it worse: undone, a human is told."""
    street = Street()
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS)
    return Seen(street).project()


def cut(seen: Seen, last: str, extra: int = 0) -> Seen:
    """The same house while it is still at it: after the first event of a type, and some more."""
    for incident_id, events in seen.street.house.logs.events.items():
        at = next(number for number, one in enumerate(events, start=1) if one.type == last)
        seen.street.house.logs.events[incident_id] = events[: at + extra]
    return Seen(seen.street).project()


SAMPLES = {
    "resolved": resolved,
    "backfired": backfired,
    "advised": lambda: resolved(autonomy=Autonomy.ADVISE),
    "asking": lambda: resolved(autonomy=Autonomy.APPROVE),
    "investigating": lambda: cut(resolved(), "FindingsSubmitted", 1),
    "voting": lambda: cut(resolved(), "BallotCast", 1),
    "waiting": lambda: cut(resolved(autonomy=Autonomy.APPROVE), "ApprovalRequested"),
    "acting": lambda: cut(resolved(), "ActionStarted"),
    "without-diagnosis": lambda: resolved(silent=["diagnosis"]),
}


def write(directory: Path) -> None:
    """One folder of answers for each sample."""
    for name, make in SAMPLES.items():
        seen = make()
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
