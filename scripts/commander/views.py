"""`commander views`: the read model behind the dashboard."""

import json
from typing import Annotated

import typer

from scripts.commander.asked import Yes
from scripts.commander.reached import StageOption, reach
from scripts.dashboard.stage import tables_of
from scripts.operator_log import CLOCK, OperatorLog
from scripts.terminal import Console
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.aws.dynamodb_log_reader import DynamodbLogReader
from shared.adapters.aws.dynamodb_open_incidents import DynamodbOpenIncidents
from shared.adapters.aws.dynamodb_views import DynamodbViews
from shared.workflow.projecting import Projecting

app = typer.Typer(no_args_is_help=True, help="The read model: what the dashboard shows, made from the log.")
TOLD_EVERY = 100


@app.callback()
def views() -> None:
    """The read model: what the dashboard shows, made from the log."""


@app.command()
def rebuild(
    *,
    stage: StageOption = "dev",
    yes: Yes = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object for machines")] = False,
) -> None:
    """Wipe the read model and make it again from the log: meanwhile the dashboard shows less."""
    reached = reach(stage)
    tables, dynamodb = tables_of(reached), reached.client("dynamodb")
    if not yes:
        typer.confirm(f"Wipe and rebuild what the dashboard of stage {stage} shows?", abort=True)
    projecting = Projecting(
        DynamodbLogReader(dynamodb, tables.events, CLOCK),
        OperatorLog(reached).distrust,
        DynamodbViews(dynamodb, tables.views, CLOCK),
        CLOCK,
        DynamodbCatalogue(dynamodb, tables.state),
        DynamodbOpenIncidents(dynamodb, tables.state, CLOCK),
    )
    progress, done, refused = Console(stderr=True, soft_wrap=True), 0, dict[str, str]()
    for incident_id, fault in projecting.rebuild():
        done += 1
        if fault:
            refused[incident_id] = fault
        if done % TOLD_EVERY == 0:
            progress.print(f"{done} incidents …", markup=False, highlight=False)
    said = [f"{done - len(refused)} incidents"]
    said += [f"{incident_id} cannot be shown: {fault}" for incident_id, fault in refused.items()]
    shown = json.dumps({"incidents": done - len(refused), "refused": refused}) if as_json else "\n".join(said)
    Console(soft_wrap=True).print(shown, markup=False, highlight=False)
