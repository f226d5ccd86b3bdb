"""`commander people`: who hears of incidents, kept in a stage's state table."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from scripts.commander.failures import wrong
from scripts.commander.reached import StageOption, reach
from scripts.terminal import Console
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.aws.dynamodb_directory import DynamodbDirectory
from shared.domain.directory import Directory, on_call
from shared.domain.errors import InvalidConfiguration

app = typer.Typer(no_args_is_help=True, help="Who hears of incidents, when, and who is called next.")
Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]
File = Annotated[Path, typer.Argument(help="JSON: {people: [...], rotations: [...], teams: [...]}")]


@app.command()
def show(*, stage: StageOption = "dev", as_json: Json = False) -> None:
    """Print the stage's directory, and who is on call now."""
    reached, now = reach(stage), datetime.now(UTC)
    found = DynamodbDirectory(reached.client("dynamodb"), reached.outputs["StateTable"]).directory()
    if as_json:
        _print(json.dumps(found.plain(), indent=2))
        return
    for person in found.people:
        roads = ", then ".join(f"{one.channel} {one.address}" for one in person.channels)
        _print(f"{person.id} ({person.role}, {person.time_zone}): {roads}")
    for team in found.teams:
        for number, level in enumerate(team.levels, start=1):
            names = ", ".join(one.name for one in on_call(found, level, now))
            _print(f"{team.id}, level {number}: {names}; the next after {level.minutes} min")
    if not found.people:
        _print("nobody is in it: `commander people set FILE` says who hears of incidents")


@app.command("set")
def replace(file: File, *, stage: StageOption = "dev", as_json: Json = False) -> None:
    """Check a directory, also against the stage's services, and make it the stage's own."""
    found, reached = read(file), reach(stage)
    client, table = reached.client("dynamodb"), reached.outputs["StateTable"]
    DynamodbDirectory(client, table).save(found.validated(DynamodbCatalogue(client, table).services()))
    _counted(found, f"stage {stage}", as_json=as_json)


@app.command()
def check(file: File, *, as_json: Json = False) -> None:
    """Check a directory by itself; nothing is written. Exit code 2: the message says what to do."""
    _counted(read(file), str(file), as_json=as_json)


def read(file: Path) -> Directory:
    """The directory in a file.

    Raises:
        InvalidConfiguration: it cannot be read, or the message names every path that is wrong.
    """
    try:
        return Directory.model_validate_json(file.read_bytes()).validated()
    except OSError as error:
        raise InvalidConfiguration(f"{file}: {error.strerror}; give a JSON file of people") from error
    except ValidationError as error:
        raise InvalidConfiguration(f"{file}: {wrong(error)}") from error


def _counted(found: Directory, where: str, *, as_json: bool) -> None:
    counts = {"people": len(found.people), "rotations": len(found.rotations), "teams": len(found.teams)}
    _print(
        json.dumps(counts)
        if as_json
        else f"{where}: {', '.join(f'{n} {what}' for what, n in counts.items())}"
    )


def _print(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)
