"""`commander dismissed`: the alarms of the last days that nobody felt, with why no incident was opened."""

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from scripts.commander.reached import StageOption, reach
from scripts.log import read_log
from scripts.terminal import Console
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.domain.facts import AlarmDismissed
from shared.domain.plain_text import sanitised
from shared.workflow.dismissed import lately

Days = Annotated[int, typer.Option(min=0, max=31, help="so many days before today")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]


def dismissed(*, stage: StageOption = "dev", days: Days = 7, as_json: Json = False) -> None:
    """Alarms that nobody felt: what was looked at, and why no incident was opened for them."""
    reached = reach(stage)
    dynamodb, table = reached.client("dynamodb"), reached.outputs["EventsTable"]
    services = DynamodbCatalogue(dynamodb, reached.outputs["StateTable"]).services()
    found = lately(lambda log_id: read_log(dynamodb, table, log_id), services, datetime.now(UTC), days)
    if as_json:
        shown = {"days": days, "count": len(found), "alarms": [one.plain() for one in found]}
        sys.stdout.write(json.dumps(shown, indent=2) + "\n")
        return
    console = Console(soft_wrap=True)
    for one in found:
        for line in lines(one):
            console.print(sanitised(line, 500), markup=False, highlight=False)
    if not found:
        console.print(f"no alarm was dismissed in the last {days} days", markup=False, highlight=False)


def lines(one: AlarmDismissed) -> list[str]:
    """An alarm as a person reads it: when and what, why, and what was looked at."""
    signal = one.signal
    name = signal.attributes.get("alarm") or f"{signal.service} {signal.measure or ''}"
    at = f"{signal.at:%Y-%m-%d %H:%M:%S} UTC"
    seen = [f"    seen: {each}" for each in one.looked_at]
    return [f"{at}  {name} ({one.application}, {signal.service})", f"    {one.reason}", *seen]
