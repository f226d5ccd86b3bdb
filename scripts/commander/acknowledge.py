"""`commander acknowledge`: a person has seen it, so nobody else is called; the machine goes on."""

from scripts.commander.asked import As, Incident, identity, told
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog


def acknowledge(incident: Incident, *, who: As = "", stage: StageOption = "dev") -> None:
    """Say that you have seen it: no further level is called. To have it yourself: take-over."""
    reached = reach(stage)
    incident = reached.incident(incident)
    by = identity(reached, stage, who)
    told(OperatorLog(reached).answers().acknowledge(by, incident))
