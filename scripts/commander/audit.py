"""`commander audit`: is the log what was written, and if not, what was done to it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from scripts.audit.auditor import CLOCK, Auditor
from scripts.audit.bundle import bundle
from scripts.commander.reached import StageOption, reach
from scripts.terminal import Console
from shared.domain.audit import GRACE, findings
from shared.domain.audit_finding import Finding, faults
from shared.domain.errors import CommandRefused, InvalidConfiguration

app = typer.Typer(
    no_args_is_help=True,
    help="Check a log against its hashes, MACs, copies and anchors; repair and export it.",
)
Incident = Annotated[str, typer.Argument(help="an incident's id, or `latest`")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]
Grace = Annotated[float, typer.Option("--grace", min=0, help="seconds until copy and anchor must be there")]

SECONDS = GRACE.total_seconds()


@app.command()
def verify(
    incident: Annotated[str, typer.Argument(help="an incident's id, or `latest`")] = "",
    *,
    every: Annotated[bool, typer.Option("--all", help="every incident of the stage")] = False,
    stage: StageOption = "dev",
    as_json: Json = False,
    grace: Grace = SECONDS,
) -> None:
    """Name what was edited, deleted, inserted, reordered, truncated or forged. Exit code 1: something was."""
    if every == bool(incident):
        raise typer.BadParameter("give one incident, or --all")
    reached = reach(stage)
    auditor = Auditor(reached, timedelta(seconds=grace))
    ids = auditor.incident_ids() if every else (reached.named(incident),)
    found = tuple(each for one in ids for each in auditor.verify(one))
    wrong = faults(found)
    if as_json:
        report = {"ok": not wrong, "incidents": list(ids), "findings": [each.plain() for each in found]}
        _print(json.dumps(report, indent=2))
    else:
        for each in found:
            _print(_line(each))
        _print(f"{_many(len(ids), 'incident')}: {_many(len(wrong), 'finding') if wrong else 'ok'}")
    if wrong:
        raise typer.Exit(1)


@app.command()
def repair(incident: Incident, *, stage: StageOption = "dev") -> None:
    """Append the genuine copy of what was changed; exit code 1 when a human must decide instead."""
    reached = reach(stage)
    auditor, incident = Auditor(reached), reached.named(incident)
    try:
        made = auditor.repair(incident)
    except CommandRefused as refused:
        _print(f"not repaired: {refused}")
        raise typer.Exit(1) from refused
    for event in made:
        _print(f"version {event.data['version']} is restored by version {event.version} ({event.event_id})")
    if not made:
        _print(f"{incident}: there is nothing to repair")


@app.command()
def export(
    incident: Incident,
    *,
    out: Annotated[Path, typer.Option("--out", help="the file to write")],
    stage: StageOption = "dev",
) -> None:
    """Write one file with which a third party can check the log: docs/audit.md says how."""
    if not out.parent.is_dir():  # before the work, not after it
        raise InvalidConfiguration(f"--out {out}: there is no folder {out.parent}; make it first")
    reached = reach(stage)
    auditor = Auditor(reached)
    case = auditor.case(reached.named(incident))
    found = findings(case)
    inputs = auditor.inputs(case)
    content = bundle(case, found, auditor.keys, inputs, stage=stage, at=CLOCK.now())
    out.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    _print(
        f"{out}: {len(case.records.items)} events, {len(inputs)} recordings, {len(faults(found))} findings"
    )


def _line(each: Finding) -> str:
    which = f" event {each.event_id}" if each.event_id else ""
    return f"{each.kind}: {each.incident_id} version {each.version}{which}: {each.sentence}"


def _many(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _print(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)
