"""`commander services`: the catalogue of what is watched, kept in a stage's state table."""

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from scripts.commander.failures import wrong
from scripts.commander.reached import StageOption, reach
from scripts.terminal import Console
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.domain.errors import InvalidConfiguration
from shared.domain.service import ServiceCatalogue

app = typer.Typer(
    no_args_is_help=True, help="What is watched: services, their call graph, metrics and resources."
)
Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="JSON: {services: [...]}")], *, stage: StageOption = "dev"
) -> None:
    """Check a catalogue and make it the stage's own; the old one is replaced."""
    catalogue = read(file)
    _stored(stage).save(catalogue)
    _print(f"{len(catalogue.services)} services are watched in stage {stage}")


@app.command()
def show(*, stage: StageOption = "dev", as_json: Json = False) -> None:
    """Print the stage's catalogue."""
    catalogue = _stored(stage).services()
    if as_json:
        _print(json.dumps(catalogue.plain(), indent=2))
        return
    for one in catalogue.services:
        calls = f" calls {', '.join(one.depends_on)}" if one.depends_on else ""
        measures = ", ".join(one.metrics) or "no metrics"
        _print(f"{one.name} ({one.application}, {one.kind}, {one.tier}){calls}; {measures}")
    if not catalogue.services:
        _print("nothing is watched: `commander services load FILE` says what to watch")


def read(file: Path) -> ServiceCatalogue:
    """The catalogue in a file.

    Raises:
        InvalidConfiguration: it cannot be read, or the message names every path that is wrong.
    """
    try:
        return ServiceCatalogue.model_validate_json(file.read_bytes()).validated()
    except OSError as error:
        raise InvalidConfiguration(f"{file}: {error.strerror}; give a JSON file of services") from error
    except ValidationError as error:
        raise InvalidConfiguration(f"{file}: {wrong(error)}") from error


def _stored(stage: str) -> DynamodbCatalogue:
    reached = reach(stage)
    return DynamodbCatalogue(reached.client("dynamodb"), reached.outputs["StateTable"])


def _print(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)
