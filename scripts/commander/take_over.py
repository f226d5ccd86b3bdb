"""`commander take-over`: a person has the incident from here on."""

from scripts.commander.asked import As, Incident, Reason, identity, told
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog


def take_over(incident: Incident, *, reason: Reason = "", who: As = "", stage: StageOption = "dev") -> None:
    """Take the incident: the machine starts nothing more. What runs is stopped, and not undone."""
    reached = reach(stage)
    incident = reached.incident(incident)
    by = identity(reached, stage, who)
    told(OperatorLog(reached).answers().take_over(by, incident, reason))
