"""`commander shadow`: what would have been done and how right that was; levels are raised by it."""

import json
from typing import Annotated

import typer

from scripts.commander.asked import Incident, Yes, identity, moment
from scripts.commander.reached import StageOption, reach
from scripts.shadow.page import lines, rows_as_json
from scripts.shadow.stage import StageShadow
from scripts.terminal import Console
from shared.domain.facts import HumanOutcome
from shared.domain.facts.outcome import Result
from shared.domain.service import Tier

app = typer.Typer(no_args_is_help=True, help="What would have been done, how right that was, and promotion.")
Json = Annotated[bool, typer.Option("--json", help="one JSON list for machines")]


@app.command()
def report(*, stage: StageOption = "dev", as_json: Json = False) -> None:
    """How right each runbook was on each tier since its level was last changed, and what that has earned.

    Intervals are of 95 %.
    """
    rows = StageShadow(reach(stage)).report()
    _print(json.dumps(rows_as_json(rows), indent=2, default=str) if as_json else "\n".join(lines(rows)))


@app.command()
def enter(
    incident: Incident,
    *,
    did: Annotated[str, typer.Option("--did", help="the runbook that does what people did, or `other`")],
    helped: Annotated[bool, typer.Option("--helped", help="it ended the incident")] = False,
    harmed: Annotated[bool, typer.Option("--harmed", help="it made things worse")] = False,
    no_effect: Annotated[bool, typer.Option("--no-effect", help="nothing changed by it")] = False,
    resolved_at: Annotated[str, typer.Option("--resolved-at", help="ISO 8601 with its zone")] = "",
    stage: StageOption = "dev",
) -> None:
    """Say what people did about an incident, also after it was closed; the last word counts."""
    results = {Result.HELPED: helped, Result.HARMED: harmed, Result.NO_EFFECT: no_effect}
    chosen = [result for result, said in results.items() if said]
    if len(chosen) != 1:
        raise typer.BadParameter("give one of --helped, --harmed and --no-effect")
    reached = reach(stage)
    said = HumanOutcome(
        did=did,
        result=chosen[0],
        resolved_at=moment("--resolved-at", resolved_at),
        by=identity(reached, stage, "").id,
    )
    incident = reached.incident(incident)
    StageShadow(reached).enter(incident, said)
    _print(f"{incident}: people did {did}, which {chosen[0].replace('_', ' ')}")


@app.command()
def promote(
    runbook: Annotated[str, typer.Argument(help="a runbook's id")],
    tier: Annotated[Tier, typer.Argument()],
    *,
    force: Annotated[bool, typer.Option("--force", help="also when the report does not allow it")] = False,
    reason: Annotated[str, typer.Option("--reason", help="why, with --force")] = "",
    stage: StageOption = "dev",
    yes: Yes = False,
) -> None:
    """Raise a runbook's level on a tier by one, if the report allows it."""
    if force != bool(reason):
        raise typer.BadParameter("--force and --reason are given together")
    if not yes:
        typer.confirm(f"Promote {runbook} for {tier} services of stage {stage}?", abort=True)
    change = StageShadow(reach(stage)).promote(runbook, tier, reason)
    _print(f"{runbook} is at {change.level} for {tier} services ({change.reason})")


def _print(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)
