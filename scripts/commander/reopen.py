"""`commander reopen`: an incident is not over after all."""

from scripts.commander.asked import As, Incident, Json, Reason, identity, shown
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog


def reopen(
    incident: Incident,
    *,
    reason: Reason = "",
    who: As = "",
    stage: StageOption = "dev",
    as_json: Json = False,
) -> None:
    """Open it again: nobody has it, and people are called. The machine starts nothing."""
    reached = reach(stage)
    incident = reached.incident(incident)
    by = identity(reached, stage, who)
    shown(OperatorLog(reached).answers().reopen(by, incident, reason), as_json=as_json)
