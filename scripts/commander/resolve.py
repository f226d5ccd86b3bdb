"""`commander resolve`: an incident that people have is over."""

from typing import Annotated

import typer

from scripts.commander.asked import As, Incident, Json, identity, moment, shown
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog
from shared.workflow.ownership import Resolution

Did = Annotated[str, typer.Option("--did", help="what was done, in your words")]
Runbook = Annotated[str, typer.Option("--runbook", help="the runbook that does the same, or `other`")]
Cause = Annotated[str, typer.Option("--cause", help="what it was, in your words")]
OverAt = Annotated[str, typer.Option("--over-at", help="since when nobody feels it: ISO 8601 with its zone")]


def resolve(
    incident: Incident,
    *,
    did: Did,
    runbook: Runbook = "",
    cause: Cause = "",
    over_at: OverAt = "",
    who: As = "",
    stage: StageOption = "dev",
    as_json: Json = False,
) -> None:
    """Say that it is over, and what was done: then it is closed, and costs no more."""
    said = Resolution(did, runbook, cause, moment("--over-at", over_at))
    reached = reach(stage)
    incident = reached.incident(incident)
    by = identity(reached, stage, who)
    shown(OperatorLog(reached).answers().resolve(by, incident, said), as_json=as_json)
