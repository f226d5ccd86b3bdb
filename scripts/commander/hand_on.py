"""`commander hand-on`: somebody else, or a team, is to have the incident."""

from typing import Annotated

import typer

from scripts.commander.asked import As, Incident, Json, Reason, identity, shown
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog

To = Annotated[str, typer.Argument(help="a person's or a team's id in the stakeholder directory")]


def hand_on(
    incident: Incident,
    to: To,
    *,
    reason: Reason = "",
    who: As = "",
    stage: StageOption = "dev",
    as_json: Json = False,
) -> None:
    """Give the incident to a person or a team, who are called; to yourself, from whoever has it."""
    reached = reach(stage)
    incident = reached.incident(incident)
    by = identity(reached, stage, who)
    shown(OperatorLog(reached).answers().hand_on(by, incident, to, reason), as_json=as_json)
