"""`make mutants`: how many small changes of the judging code its tests notice, and which ones they do not."""

import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.mutants.covering import FOLDER, measure, read
from tests.mutants.mutations import Mutation, files, mutations
from tests.mutants.trying import KILLED, outcome

REASONS = Path(__file__).with_name("survivors.toml")
ERR = Console(stderr=True)


@dataclass(frozen=True)
class Reason:
    """Why a mutation that no test notices is right to stay: it is of a kind, or it is just this one."""

    reason: str
    file: str = ".*"
    line: str = ".*"
    change: str = ".*"

    def covers(self, mutation: Mutation) -> bool:
        """Whether it speaks of this mutation."""
        told = ((self.file, mutation.file), (self.line, mutation.text), (self.change, mutation.change))
        return all(re.fullmatch(pattern, text) for pattern, text in told)


def reasons() -> list[Reason]:
    """Those that are written down."""
    return [Reason(**one) for one in tomllib.loads(REASONS.read_text(encoding="utf-8"))["survivor"]]


def main(
    only: Annotated[str, typer.Option(help="a part of the paths to mutate")] = "",
    again: Annotated[bool, typer.Option(help="use who ran what from the run before")] = False,
    jobs: Annotated[int, typer.Option(help="processes")] = 2,
) -> None:
    """Mutate, ask the tests, name what they did not notice; exit code 1 when that has no reason."""
    ERR.print("which tests run which lines ..." if not again else "as recorded before")
    covering = read(sorted(FOLDER.glob("ran-*.json"))) if again else measure()
    found = [one for file in files() if only in file for one in mutations(file)]
    tried = dict[Mutation, str]()
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        asked = {pool.submit(outcome, one, covering.of(one)): one for one in found}
        for done in track(as_completed(asked), "mutants", len(asked), console=ERR):
            tried[asked[done]] = done.result()
    survivors = [(one, tried[one]) for one in found if tried[one] != KILLED]
    known = reasons()
    unexplained = [(one, how) for one, how in survivors if not any(each.covers(one) for each in known)]
    _print(found, survivors, unexplained, known)
    sys.exit(bool(unexplained))


def _print(
    found: list[Mutation],
    survivors: list[tuple[Mutation, str]],
    unexplained: list[tuple[Mutation, str]],
    known: list[Reason],
) -> None:
    out = Console(width=150, highlight=False)
    table = Table("room", "mutants", "killed", "survive with a reason", "without")
    rooms = Counter(one.file.split("/")[1] for one in found)
    for room, count in rooms.items():
        alive = sum(one.file.split("/")[1] == room for one, _ in survivors)
        bad = sum(one.file.split("/")[1] == room for one, _ in unexplained)
        table.add_row(room, *(str(each) for each in (count, count - alive, alive - bad, bad)))
    out.print(table)
    for reason, count in _counted(survivors, known):
        out.print(f"{count:4} {reason}", markup=False)
    for one, how in unexplained:
        out.print(f"{one.file}:{one.line}: {one.change}  ({how})  {one.text}", markup=False)
    killed = len(found) - len(survivors)
    out.print(
        f"mutants {len(found)} killed {killed} survivors {len(survivors)} unexplained {len(unexplained)}"
    )


def _counted(survivors: list[tuple[Mutation, str]], known: list[Reason]) -> Iterator[tuple[str, int]]:
    counts = Counter(next((each.reason for each in known if each.covers(one)), "") for one, _ in survivors)
    return ((reason, count) for reason, count in counts.most_common() if reason)


if __name__ == "__main__":
    typer.run(main)
