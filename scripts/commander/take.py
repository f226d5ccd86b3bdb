"""`commander take`: somebody has the incident from here on."""

from scripts.commander.asked import As, Incident, Json, Reason, identity, shown
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog


def take(
    incident: Incident,
    *,
    reason: Reason = "",
    who: As = "",
    stage: StageOption = "dev",
    as_json: Json = False,
) -> None:
    """Have the incident: nobody else is called, and the machine starts nothing more."""
    reached = reach(stage)
    incident = reached.incident(incident)
    by = identity(reached, stage, who)
    shown(OperatorLog(reached).answers().take_over(by, incident, reason), as_json=as_json)
