"""`commander approve`: a person says yes to exactly what is asked, once."""

from typing import Annotated

import typer
from rich.console import Console

from scripts.commander.asked import As, Incident, Yes, asked_of, described, identity
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog
from shared.domain.errors import CommandRefused
from shared.domain.facts import ApprovalGranted


def approve(
    incident: Incident,
    *,
    digest: Annotated[
        str, typer.Option("--digest", help="refuse if it is not this that is asked (a beginning will do)")
    ] = "",
    yes: Yes = False,
    who: As = "",
    stage: StageOption = "dev",
) -> None:
    """Show what would be done, and approve it. It covers this action in this attempt, until it expires."""
    reached = reach(stage)
    log, by = OperatorLog(reached), identity(reached, stage, who)
    state = log.load(incident)
    asked = asked_of(state)
    if not asked.proposal.digest.startswith(digest):
        raise CommandRefused(f"{incident}: asked is {asked.proposal.digest[:12]}, not {digest}")
    console = Console(soft_wrap=True)
    console.print(described(asked, state), markup=False, highlight=False)
    if not yes:
        typer.confirm(f"Approve it as {by}?", abort=True)
    granted = ApprovalGranted(request=asked.request, digest=asked.proposal.digest, by=by)
    after = log.record(incident, lambda now: (granted,) if now.approval and now.approval.open else ())
    approval = after.approval
    if approval is None or by not in approval.by:
        raise CommandRefused(f"{incident}: the approval came too late")
    left = approval.asked.needed - len(approval.by)
    more = f"; {left} more must approve" if left > 0 else ""
    console.print(f"{incident}: approved by {', '.join(approval.by)}{more}", markup=False, highlight=False)
