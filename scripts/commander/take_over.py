"""`commander take-over`: a person has the incident from here on."""

from rich.console import Console

from scripts.commander.asked import As, Incident, Reason, identity
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog
from shared.domain.errors import CommandRefused
from shared.domain.facts import TakenOver


def take_over(incident: Incident, *, reason: Reason = "", who: As = "", stage: StageOption = "dev") -> None:
    """Take the incident: the machine starts nothing more. What runs already ends, and is not undone."""
    reached = reach(stage)
    log, by = OperatorLog(reached), identity(reached, stage, who)
    if log.load(incident).closed is not None:
        raise CommandRefused(f"{incident}: it is closed already")
    taken = TakenOver(by=by, reason=reason[:1_000])
    after = log.record(incident, lambda now: () if now.taken or now.closed else (taken,))
    if after.taken is None:
        raise CommandRefused(f"{incident}: it was closed meanwhile")
    running = next((one for one in after.actions if one.ended_at is None), None)
    tail = f"; {running.proposal.runbook} on {running.proposal.target} still runs" if running else ""
    Console(soft_wrap=True).print(f"{incident}: {after.taken.by} has it{tail}", markup=False, highlight=False)
