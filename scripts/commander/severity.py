"""`commander severity`: a person grades an incident again while it runs."""

import json
from typing import Annotated

import typer

from scripts.commander.asked import As, Incident, identity, told
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog
from scripts.terminal import Console
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
    incident = reached.incident(incident)
    log = OperatorLog(reached)
    before = log.load(incident).severity
    said = log.answers().grade(identity(reached, stage, who), incident, level, reason)
    if not as_json or not said.ok:
        told(said)
        return
    shown = {"incident": incident, "before": before, "severity": level.value}
    Console(soft_wrap=True).print(json.dumps(shown), markup=False, highlight=False)
