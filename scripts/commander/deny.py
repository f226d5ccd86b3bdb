"""`commander deny`: a person says no; one is enough."""

from scripts.commander.asked import As, Incident, Reason, asked_of, identity, told
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog


def deny(incident: Incident, *, reason: Reason = "", who: As = "", stage: StageOption = "dev") -> None:
    """Refuse what is asked: nothing is done, and the incident is a human's."""
    reached = reach(stage)
    incident = reached.incident(incident)
    log, by = OperatorLog(reached), identity(reached, stage, who)
    asked = asked_of(log.load(incident))
    told(log.answers().deny(by, incident, asked.request, asked.proposal.digest, reason))
