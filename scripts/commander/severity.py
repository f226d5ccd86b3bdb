"""`commander severity`: a person grades an incident again while it runs."""

import json
from typing import Annotated

import typer
from rich.console import Console

from scripts.commander.asked import As, Incident, identity
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog
from shared.domain.commands import change_severity
from shared.domain.severity import Severity

Level = Annotated[Severity, typer.Argument(help="how grave it is")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]
Why = Annotated[str, typer.Option("--reason", help="people are told it")]


def severity(
    incident: Incident,
    level: Level,
    *,
    reason: Why,
    who: As = "",
    stage: StageOption = "dev",
    as_json: Json = False,
) -> None:
    """Grade the incident: who is told, how urgently, and what a change freeze permits follow at once."""
    reached = reach(stage)
    log, by = OperatorLog(reached), identity(reached, stage, who)
    before = log.load(incident).severity
    now = log.record(incident, lambda state: change_severity(state, level, by, reason)).severity
    said = f"{incident}: {now} already" if before == now else f"{incident}: {before} → {now}"
    Console(soft_wrap=True).print(
        json.dumps({"incident": incident, "before": before, "severity": now}) if as_json else said,
        markup=False,
        highlight=False,
    )
