"""`commander deny`: a person says no; one is enough."""

from rich.console import Console

from scripts.commander.asked import As, Incident, Reason, asked_of, identity
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog
from shared.domain.errors import CommandRefused
from shared.domain.facts import ApprovalDenied


def deny(incident: Incident, *, reason: Reason = "", who: As = "", stage: StageOption = "dev") -> None:
    """Refuse what is asked: nothing is done, and the incident is a human's."""
    reached = reach(stage)
    log, by = OperatorLog(reached), identity(reached, stage, who)
    asked = asked_of(log.load(incident))
    denied = ApprovalDenied(request=asked.request, digest=asked.proposal.digest, by=by, reason=reason[:1_000])
    after = log.record(incident, lambda now: (denied,) if now.approval and now.approval.open else ())
    if after.approval is None or after.approval.ended != "denied":
        raise CommandRefused(f"{incident}: the answer came too late")
    Console(soft_wrap=True).print(
        f"{incident}: denied by {after.approval.denied_by}", markup=False, highlight=False
    )
