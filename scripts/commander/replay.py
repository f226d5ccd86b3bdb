"""`commander replay`: a recorded incident decided again by today's rules, policy and runbooks."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from scripts.commander.reached import StageOption, reach
from scripts.replay.replay import Step, Today
from scripts.replay.replay import replay as replayed
from shared.domain.consensus import Rules
from shared.domain.errors import InvalidConfiguration
from shared.domain.events import Event
from shared.runbooks.catalogue import remedies
from shared.workflow.tasks import Autonomy

Level = Annotated[Autonomy | None, typer.Option("--autonomy", help="decide as if at this level")]
RulesFile = Annotated[
    Path | None, typer.Option("--rules", help="JSON: weights and thresholds to count with, not the recorded")
]
Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]


def replay(
    incident: Annotated[str, typer.Argument(help="INC-…, or a bundle that `audit export` wrote")],
    *,
    stage: StageOption = "dev",
    autonomy: Level = None,
    rules: RulesFile = None,
    as_json: Json = False,
) -> None:
    """Decide a recorded incident again; exits 1 when today's decision would be another."""
    today = Today(remedies(), _rules(rules), autonomy)
    steps = replayed(_events(incident, stage), today)
    different = [one for one in steps if one.differs]
    if as_json:
        shown = [{**vars(one), "differs": one.differs} for one in steps]
        sys.stdout.write(json.dumps({"incident": incident, "steps": shown, "differs": len(different)}) + "\n")
    else:
        _print(steps)
    if different:
        raise typer.Exit(1)


def _rules(file: Path | None) -> Rules | None:
    if file is None:
        return None
    try:
        return Rules.model_validate_json(file.read_bytes()).checked()
    except (OSError, ValidationError) as error:
        raise InvalidConfiguration(f"{file}: {str(error).splitlines()[0]}") from error


def _events(incident: str, stage: str) -> tuple[Event, ...]:
    bundle = Path(incident)
    if not bundle.is_file():
        return reach(stage).events(incident)
    try:
        items = json.loads(bundle.read_bytes())["events"]
        return tuple(Event.model_validate_json(one["body"]) for one in items)
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidConfiguration(f"{incident}: not a bundle that `audit export` wrote") from error


def _print(steps: tuple[Step, ...]) -> None:
    table = Table(box=SIMPLE)
    for title in ("event", "decision", "recorded", "now", ""):
        table.add_column(title)
    for one in steps:
        verdict = "[bold red]differs[/]" if one.differs else "[green]same[/]"
        table.add_row(str(one.version), one.what, one.recorded, one.now, verdict)
    Console().print(table)
