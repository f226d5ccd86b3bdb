"""`commander incidents`: what there is, open ones first."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from scripts.commander.reached import Reached, StageOption, reach
from scripts.operator_log import CLOCK
from scripts.terminal import Console
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.aws.dynamodb_log_reader import DynamodbLogReader
from shared.domain.money import dollars
from shared.ports.views import MOST_ROWS
from shared.views.answers import IncidentRow, Running
from shared.workflow.reading import ENDS, Reading

Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]
SHOWN = 20
"""Of those that are over; all that are open are shown, up to a page of the API."""


def incidents(*, stage: StageOption = "dev", as_json: Json = False) -> None:
    """List the incidents, open ones first; `latest` is the newest of all, wherever an id is asked."""
    found, more = listed(reading(reach(stage)))
    console = Console(soft_wrap=True)
    if as_json:
        shown = {"incidents": [one.plain() for one in found], "more": more}
        console.print(json.dumps(shown, indent=2), markup=False, highlight=False)
        return
    console.print(table(found, CLOCK.now()) if found else Text("there is no incident in this stage yet"))
    if more:
        console.print(Text("and older ones: the dashboard has them all"))


def reading(reached: Reached) -> Reading:
    """The stage's read model, as the dashboard reads it."""
    dynamodb, outputs = reached.client("dynamodb"), reached.outputs
    log = DynamodbLogReader(dynamodb, outputs["EventsTable"], CLOCK)
    catalogue = DynamodbCatalogue(dynamodb, outputs["StateTable"])
    return Reading(reached.views(), log, catalogue, CLOCK)


def listed(of: Reading) -> tuple[tuple[IncidentRow, ...], bool]:
    """The open ones and then the newest others, each newest first; and whether there are more."""
    still, newest = of.open_incidents(MOST_ROWS, None), of.incidents(None, SHOWN, None)
    over = tuple(one for one in newest.incidents if one.status in ENDS)
    return (*still.incidents, *over), bool(still.next_cursor or newest.next_cursor)


def table(rows: tuple[IncidentRow, ...], now: datetime) -> Table:
    """A line an incident. Times are UTC."""
    shown = Table(box=SIMPLE)
    for title in ("incident", "detected (UTC)", "status", "severity", "owner", "what", "business"):
        shown.add_column(title, no_wrap=title != "what", overflow="fold")
    for one in rows:
        owner = one.owner or (f"team {one.team}" if one.team else "")
        cells = (one.id, f"{one.detected_at:%m-%d %H:%M:%S}", one.status.value.replace("_", " "))
        also = (one.severity, owner, one.summary, _money(one.running, now))
        shown.add_row(*map(Text, (*cells, *also)))
    return shown


def _money(of: Running, now: datetime) -> str:
    """`$22,500`, and while it runs what a minute costs."""
    rate, minutes = Decimal(of.usd_per_minute), Decimal((now - of.since).total_seconds()) / 60
    until_now = dollars(Decimal(of.usd) + rate * minutes)
    return f"{until_now} + {dollars(rate)}/min" if rate else until_now
