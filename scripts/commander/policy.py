"""`commander policy`: what may be executed, why, and the switch that stops it all."""

import json
from typing import Annotated, Any

import typer

from scripts.commander.reached import StageOption, reach
from scripts.policy.stage import CLOCK, StagePolicy
from scripts.terminal import Console
from shared.domain.autonomy import Autonomy, LevelChange
from shared.domain.consensus import DecisionKind
from shared.domain.policy import MOST_APPROVALS, Outcome, PolicyRequest, Verdict
from shared.domain.service import Tier
from shared.policies.cedar import CedarEngine
from shared.ports.controls import KillSwitch

app = typer.Typer(
    no_args_is_help=True, help="What may be executed, by which rule; the kill switch; the levels."
)
Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]
Reason = Annotated[str, typer.Option("--reason", help="for whoever asks later")]
Yes = Annotated[bool, typer.Option("--yes", help="do not ask")]


@app.command("list")
def list_rules(*, as_json: Json = False) -> None:
    """Every rule, in words."""
    rules = CedarEngine().rules
    if as_json:
        _print(json.dumps([rule.plain() for rule in rules], indent=2))
        return
    for rule in rules:
        asks = f" ({rule.role} may approve)" if rule.role else ""
        _print(f"{rule.effect} {rule.id}: {rule.words}{asks}")


@app.command()
def explain(  # noqa: PLR0913 - each is a fact to imagine otherwise
    incident: Annotated[str, typer.Argument(help="INC-…, or `latest`; or give --runbook and --service")] = "",
    *,
    runbook: Annotated[str, typer.Option("--runbook", help="a runbook's id")] = "",
    service: Annotated[str, typer.Option("--service", help="a service of the catalogue")] = "",
    level: Annotated[Autonomy | None, typer.Option("--level", help="as if this were the level")] = None,
    severity: Annotated[str | None, typer.Option("--severity", help="as if it were so grave")] = None,
    decision: Annotated[DecisionKind | None, typer.Option("--decision", help="as if decided so")] = None,
    approvals: Annotated[
        int | None,
        typer.Option("--approvals", min=0, max=MOST_APPROVALS, help="as if so many incident leads approved"),
    ] = None,
    stage: StageOption = "dev",
    as_json: Json = False,
) -> None:
    """Which rule permits or forbids an action, in words. Exit code 1: it is not permitted."""
    if bool(incident) == bool(runbook and service):
        raise typer.BadParameter("give one incident, or --runbook and --service")
    policy = StagePolicy(reach(stage))
    if incident:
        asked = policy.of_incident(policy.reached.named(incident))
    else:
        asked, decision = policy.of_remedy(runbook, service), decision or DecisionKind.QUORUM
    people = None if approvals is None else [f"person {number + 1}" for number in range(approvals)]
    otherwise = {"autonomy": level, "severity": severity, "decision": decision, "approvers": people}
    otherwise |= {"leads": people}
    changed = {name: value for name, value in otherwise.items() if value is not None}
    asked = PolicyRequest.model_validate({**asked.plain(), **changed})
    verdict = policy.engine.decide(asked)
    _print(
        json.dumps({**verdict.plain(), "asked": asked.plain()}, indent=2)
        if as_json
        else _said(asked, verdict)
    )
    if verdict.outcome is not Outcome.PERMIT:
        raise typer.Exit(1)


@app.command()
def show(*, stage: StageOption = "dev", as_json: Json = False) -> None:
    """The stage's kill switch, levels and change freezes."""
    policy = StagePolicy(reach(stage))
    config, switch, levels = policy.config, policy.controls.kill_switch(), policy.controls.levels()
    if as_json:
        shown: dict[str, Any] = {"config": config.plain(), "levels": levels.plain()}
        _print(json.dumps({**shown, "kill_switch": switch.plain() if switch else None}, indent=2))
        return
    state = (
        "off"
        if switch is None
        else f"{'ON' if switch.on else 'off'} by {switch.by} at {switch.at}: {switch.reason}"
    )
    _print(f"kill switch: {state}")
    _print(f"level: {config.autonomy}; at most {config.actions_per_hour} actions an hour on a service")
    for rule in config.autonomy_by:
        _print(f"level of {rule.runbook} on {rule.tier}: {rule.level} (the stage's)")
    for how, changes in (("set", levels.set), ("demoted", levels.demoted)):
        for one in changes:
            who = f"{how} by {one.by} at {one.at}: {one.reason}"
            _print(f"level of {one.runbook} on {one.tier}: {one.level} ({who})")
    for freeze in config.freezes:
        _print(f"freeze from {freeze.begins} until {freeze.until}: {freeze.reason}")


@app.command()
def stop(*, reason: Reason, stage: StageOption = "dev", yes: Yes = False) -> None:
    """Turn the kill switch on: from now on nothing is executed."""
    _switch(stage, reason, on=True, question=f"Stop every action of stage {stage}?", yes=yes)


@app.command()
def resume(*, reason: Reason, stage: StageOption = "dev", yes: Yes = False) -> None:
    """Turn the kill switch off."""
    _switch(stage, reason, on=False, question=f"Let stage {stage} act again?", yes=yes)


@app.command("level")
def set_level(
    runbook: Annotated[str, typer.Argument(help="a runbook's id")],
    tier: Annotated[Tier, typer.Argument()],
    level: Annotated[Autonomy, typer.Argument()],
    *,
    reason: Reason,
    stage: StageOption = "dev",
    yes: Yes = False,
) -> None:
    """Promote or demote a runbook on a tier; a demotion by harm is lifted."""
    policy = StagePolicy(reach(stage))
    if not yes:
        typer.confirm(f"{runbook} at {level} for {tier} services of stage {stage}?", abort=True)
    change = LevelChange(
        runbook=runbook, tier=tier, level=level, reason=reason, by=policy.caller, at=CLOCK.now()
    )
    policy.controls.set_level(change)
    _print(f"{runbook} is at {level} for {tier} services")


def _switch(stage: str, reason: str, *, on: bool, question: str, yes: bool) -> None:
    policy = StagePolicy(reach(stage))
    if not yes:
        typer.confirm(question, abort=True)
    policy.controls.switch(KillSwitch(on=on, by=policy.caller, at=CLOCK.now(), reason=reason))
    _print(
        f"stage {stage}: {'nothing is executed any more' if on else 'actions are decided by the other rules'}"
    )


def _said(asked: PolicyRequest, verdict: Verdict) -> str:
    head = f"{verdict.outcome}: {asked.runbook} on {asked.service} ({asked.tier}, {asked.autonomy})"
    if verdict.outcome is Outcome.NEEDS_APPROVAL:
        head += f", by {verdict.approvals} of role {verdict.role}"
    return "\n".join([head, *(f"  {reason}" for reason in verdict.reasons)])


def _print(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)
