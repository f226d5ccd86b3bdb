"""Recorded incidents through the whole product in this process, on simulated time, at autonomy L0."""

from collections.abc import Iterator
from pathlib import Path

from scripts.evaluate.petshop import healthy, load
from scripts.evaluate.recorded import Case
from scripts.evaluate.row import Row, row_of
from scripts.synth import REPOSITORY
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_resources import MemoryResources
from shared.adapters.local.recorded_telemetry import RecordedTelemetry
from shared.composition.local import LocalHouse
from shared.domain.autonomy import Autonomy
from shared.domain.proposal import Proposal

DEFINITION = REPOSITORY / "statemachines" / "incident.asl.json"
GRAPH = "graph.csv"


class Executed(AssertionError):
    """An action was carried out, which at L0 must not happen."""


def cases(folder: Path, limit: int | None, windows: int) -> Iterator[tuple[str, Case]]:
    """The cases of a recording, or of all recordings in a folder: first the incidents, then healthy windows.

    Args:
        limit: at most so many incidents; all when not given.
        windows: healthy windows of each recording and each alarm in it.

    Raises:
        InvalidConfiguration: the path is wrong, or a file is missing or malformed.
    """
    inside = sorted(one.parent for one in folder.glob(f"*/{GRAPH}"))
    folders = [folder] if (folder / GRAPH).is_file() or not inside else inside
    found = [(one, case) for one in folders for case in load(one)]
    for one, case in found[:limit]:
        yield f"{one.name}/{case.recorded.name}", case
    if windows > 0:
        for one in folders:
            for case in healthy(one, windows):
                yield f"{one.name}/{case.recorded.name}", case


def replay(name: str, case: Case) -> Row:
    """One case from its signal to its end."""
    recorded = case.recorded
    done: list[Proposal] = []

    def act(proposal: Proposal) -> str | None:
        done.append(proposal)
        raise Executed(f"{name}: {proposal.runbook} was executed at L0")

    house = LocalHouse(
        DEFINITION.read_text(encoding="utf-8"),
        recorded.catalogue,
        RecordedTelemetry(recorded.series, recorded.logs),
        MemoryResources({}),
        act,
        Autonomy.OBSERVE,
        ManualClock(recorded.signal.at),
    )
    house.hear(recorded.signal)
    incidents = house.incidents()
    return row_of(name, case, incidents[0] if incidents else None, len(done))
