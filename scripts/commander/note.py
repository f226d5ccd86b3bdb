"""`commander note`: what whoever has the incident next should know."""

from typing import Annotated

import typer

from scripts.commander.asked import As, Incident, Json, identity, shown
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog

Text = Annotated[str, typer.Argument(help="in your words")]


def note(
    incident: Incident, text: Text, *, who: As = "", stage: StageOption = "dev", as_json: Json = False
) -> None:
    """Write a note into the incident's timeline, also after its end."""
    reached = reach(stage)
    incident = reached.incident(incident)
    by = identity(reached, stage, who)
    shown(OperatorLog(reached).answers().note(by, incident, text), as_json=as_json)
