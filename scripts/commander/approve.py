"""`commander approve`: a person says yes to exactly what is asked, once."""

from typing import Annotated

import typer

from scripts.commander.asked import As, Incident, Yes, asked_of, described, identity, told
from scripts.commander.reached import StageOption, reach
from scripts.operator_log import OperatorLog
from scripts.terminal import Console
from shared.domain.errors import CommandRefused


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
    incident = reached.incident(incident)
    log, by = OperatorLog(reached), identity(reached, stage, who)
    state = log.load(incident)
    asked = asked_of(state)
    if not asked.proposal.digest.startswith(digest):
        raise CommandRefused(f"{incident}: asked is {asked.proposal.digest[:12]}, not {digest}")
    Console(soft_wrap=True).print(described(asked, state), markup=False, highlight=False)
    if not yes:
        typer.confirm(f"Approve it as {by.id}?", abort=True)
    told(log.answers().approve(by, incident, asked.request, asked.proposal.digest))
