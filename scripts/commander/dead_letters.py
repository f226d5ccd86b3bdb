"""`commander dead-letters`: what was given up and why, mended, and sent back to where it belongs."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.status import Status

from scripts.commander.asked import identity
from scripts.commander.reached import StageOption, reach
from scripts.dead_letters.page import SHORT, as_json, line, page
from scripts.dead_letters.stage import redriving
from scripts.terminal import Console
from shared.domain.errors import InvalidConfiguration
from shared.domain.plain_text import sanitised
from shared.workflow.redriving import Opened, Redriving

app = typer.Typer(no_args_is_help=True, help="What was given up and why; mend it, and send it back.")
Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]
Id = Annotated[str, typer.Argument(help="an id, or how it begins")]


@app.command("list")
def list_(*, stage: StageOption = "dev", as_json_: Json = False) -> None:
    """Every letter of every queue: id, since when, for whom, how it came, size, reason. They stay there."""
    with _opening():
        found, more = redriving(reach(stage)).letters()
    if as_json_:
        _print(json.dumps({"letters": [as_json(one, body=False) for one in found], "more": more}, indent=2))
        return
    for one in found:
        _print(line(one))
    _print(f"{len(found)} dead letters" + (f", and about {more} more" if more else ""))


@app.command()
def show(
    id_: Id,
    *,
    out: Annotated[Path | None, typer.Option("--out", help="write the body here, byte for byte")] = None,
    stage: StageOption = "dev",
    as_json_: Json = False,
) -> None:
    """One letter with its body; what somebody else wrote in it is made harmless to read."""
    with _opening():
        found = redriving(reach(stage)).one(id_)
    if out is not None:
        out.write_bytes(found.letter.body)
    _print(json.dumps(as_json(found, body=True), indent=2) if as_json_ else "\n".join(page(found)))


@app.command()
def fix(
    id_: Id,
    *,
    body: Annotated[Path, typer.Option("--body", help="the file with the new body")],
    stage: StageOption = "dev",
    as_json_: Json = False,
) -> None:
    """Replace a letter's body by one that its function would take; the old one is kept in it."""
    try:
        given = body.read_bytes()
    except OSError as error:
        raise InvalidConfiguration(f"{body}: {error.strerror}; give a file with the new body") from error
    reached = reach(stage)
    by = identity(reached, stage, "").id
    now = redriving(reached).fix(id_, given, by)
    _print(
        json.dumps({"id": now, "changed_by": by})
        if as_json_
        else f"{id_} has a new body, by {by}; its id is now {now[:SHORT]}, and `redrive` sends it"
    )


@app.command()
def redrive(
    ids: Annotated[list[str] | None, typer.Argument(help="ids, or how they begin")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="every letter")] = False,
    reason: Annotated[str, typer.Option("--reason", help="with --all: whose reason contains this")] = "",
    stage: StageOption = "dev",
    as_json_: Json = False,
) -> None:
    """Send letters back; what fails again stays, with the new reason. Exit code 1: something did."""
    if every == bool(ids):
        raise typer.BadParameter("give ids, or --all")
    if reason and not every:
        raise typer.BadParameter("--reason goes with --all")
    sender = redriving(reach(stage))
    handed = []
    for each in sender.redrive(_chosen(sender, ids or [], reason)):
        handed.append(each)
        if not as_json_:
            said = (
                f"stays, now as {each.stays_as[:SHORT]}: {sanitised(each.reason)}" if each.reason else "taken"
            )
            _print(f"{each.id[:SHORT]}  {said}")
    failed = [each for each in handed if each.reason]
    if as_json_:
        report = [{"id": one.id, "taken": not one.reason, "reason": one.reason or None,
                   "stays_as": one.stays_as or None} for one in handed]  # fmt: skip
        _print(json.dumps({"handed_in": report}, indent=2))
    else:
        _print(f"{len(handed) - len(failed)} taken, {len(failed)} stay")
    if failed:
        raise typer.Exit(1)


def _chosen(
    sender: Redriving, ids: Sequence[str], reason: str
) -> Callable[[Sequence[Opened]], Sequence[Opened]]:
    if ids:
        return sender.named(ids)
    return lambda found: [one for one in found if reason in one.letter.reason]


def _opening() -> Status:
    return Console(stderr=True).status("opening the queues …")


def _print(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)
