"""`make sweep`: every lie of every liar and pair through the product, and what it comes to."""

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.scenarios import scenarios
from shared.domain.model import AgentName
from tests.sweep.cases import LIARS, Swept, find, sweep
from tests.sweep.honest import rows
from tests.sweep.report import PAGE, last_line, named, page, plain, say_all, written
from tests.sweep.run import Baseline, Run
from tests.sweep.world import trouble

Part = tuple[str, tuple[AgentName, ...]]
TOGETHER = 5
"""Liar sets that one process takes at a time."""
_BASELINE = Baseline()
"""One a process: what honest agents answered is worked out once in each."""


def _part(part: Part) -> Swept:
    began = time.monotonic()
    one = sweep(_BASELINE, *part)
    ends = ", ".join(f"{count} {end}" for end, count in sorted(one.outcomes.items()))
    sys.stderr.write(
        f"{one.scenario} {named(one.liars)}: {ends or 'nothing to lie about'}; "
        f"{one.made} gone through in {time.monotonic() - began:.0f} s\n"
    )
    return one


def main() -> int:
    """Sweep; 0 when nothing was forced and nothing steered."""
    asked = _asked()
    if asked.case:
        return _one(asked.case)
    parts = [
        (name, some)
        for name in scenarios()
        for some in LIARS
        if asked.scenario in (None, name) and asked.liar in (None, "+".join(some))
    ]
    swept = _swept(parts, asked.processes)
    honest = list(rows()) if asked.scenario is None and asked.liar is None else []
    if asked.json:
        Path(asked.json).write_text(json.dumps(plain(swept, honest), indent=1), encoding="utf-8")
    say_all(swept, honest, _say)
    if asked.write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), page(swept, honest)), encoding="utf-8")
    _say(last_line(swept))
    return int(any(one.shown for one in swept) or any(row.wrong for row in honest))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sweep", description=__doc__)
    parser.add_argument("--scenario", choices=tuple(scenarios()))
    parser.add_argument("--liar", choices=["+".join(some) for some in LIARS])
    parser.add_argument("--case", help="one run, as the sweep names it")
    parser.add_argument("--json", metavar="FILE", help="the figures for programs")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/model.md")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    return parser.parse_args()


def _swept(parts: Sequence[Part], processes: int) -> list[Swept]:
    """The parts, in their order; liar sets of one scenario go together, since their honest answers do."""
    for name in dict.fromkeys(name for name, _ in parts):
        trouble(name)  # lived here once, and inherited
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        return pool.map(_part, parts, chunksize=TOGETHER)


def _one(name: str) -> int:
    """Make one run, and tell its log."""
    run = Run(_BASELINE, find(name))
    outcome = run.outcome()
    for events in run.street.house.logs.events.values():
        for event in events:
            _say(f"{event.version:>3} {event.recorded_by.value:<13} {event.type:<22} {_told(event.fact)}")
    _say(f"{outcome.end}{', forced' if outcome.forced else ''}: {outcome.weights} of 1000")
    return int(outcome.forced or outcome.steered)


def _told(fact) -> str:
    for said in ("findings", "signed", "certificate", "proposal", "summary", "reason"):
        if hasattr(fact, said):
            found = getattr(fact, said)
            return str(
                getattr(getattr(found, "ballot", found), "reasoning", None)
                or getattr(found, "summary", found)
            )[:110]
    return ""


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
