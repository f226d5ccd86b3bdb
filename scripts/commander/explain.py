"""`commander explain`: who saw what, who chose what, and the sums, from the log."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console

from scripts.commander.reached import StageOption, reach
from scripts.explain.page import page
from scripts.explain.trace import trace

Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]


def explain(
    incident: Annotated[str, typer.Argument(help="INC-…")],
    *,
    stage: StageOption = "dev",
    as_json: Json = False,
) -> None:
    """Who saw what, who chose what, dissent, abstention, quarantine, the sums, certificate, action."""
    shown = trace(reach(stage).events(incident))
    if as_json:
        sys.stdout.write(json.dumps(shown, indent=2) + "\n")
        return
    console = Console()
    console.width = max(console.width, 120)
    console.print(page(shown))
