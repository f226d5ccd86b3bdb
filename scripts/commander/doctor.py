"""`commander doctor`: what is wrong with a stage, or with the account before there is one, and what to do."""

import json
from collections import Counter
from contextlib import nullcontext
from typing import Annotated

import typer

from scripts.commander.reached import StageOption
from scripts.doctor.examination import examine
from scripts.doctor.finding import Finding, Level
from scripts.doctor.subject import subject
from scripts.terminal import Console
from shared.domain.plain_text import sanitised

MARKS = {Level.OK: "green", Level.WARNING: "yellow", Level.WRONG: "bold red", Level.UNKNOWN: "magenta"}
Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]


def doctor(*, stage: StageOption = "dev", as_json: Json = False) -> None:
    """Look at everything, also before a deploy, and say what to do. Exit code 1: something is wrong."""
    found = []
    with Console(stderr=True).status("looking …") if as_json else nullcontext():
        for each in examine(subject(stage)):
            found.append(each)
            if not as_json:
                _tell(each)
    counts = Counter(each.level for each in found)
    if as_json:
        report = {"ok": not counts[Level.WRONG], "findings": [each.plain() for each in found]}
        Console(soft_wrap=True).print(json.dumps(report, indent=2), markup=False, highlight=False)
    else:
        said = ", ".join(f"{counts[level]} {level}" for level in Level if counts[level])
        Console(soft_wrap=True).print(said, markup=False, highlight=False)
    if counts[Level.WRONG]:
        raise typer.Exit(1)


def _tell(each: Finding) -> None:
    console = Console(soft_wrap=True)
    console.print(f"{each.level:>11}", style=MARKS[each.level], end="", markup=False, highlight=False)
    console.print(f"  {each.check}: {sanitised(each.said, 500)}", markup=False, highlight=False)
    if each.fix:
        console.print(f"{'':>11}  → {sanitised(each.fix, 500)}", markup=False, highlight=False)
