"""`commander runbook`: what can be done, a new one, whether its file is fit, and a try in the local AWS."""

import json
from typing import Annotated

import typer

from scripts.terminal import Console
from shared.domain.errors import CommandRefused
from shared.domain.runbook import Adopted, Remedy
from shared.runbooks.catalogue import remedies

app = typer.Typer(no_args_is_help=True, help="What can be done; and your own runbooks.")
Id = Annotated[str, typer.Argument(help="a runbook's id")]
Json = Annotated[bool, typer.Option("--json", help="one JSON list for machines")]


@app.command("list")
def list_runbooks(*, as_json: Json = False) -> None:
    """Every runbook of the catalogue."""
    rows = [_row(remedy) for remedy in remedies().values()]
    if as_json:
        _print(json.dumps(rows, indent=2))
        return
    widths = [max(len(str(row[name])) for row in rows) for name in rows[0]]
    for row in rows:
        cells = (str(value).ljust(width) for value, width in zip(row.values(), widths, strict=True))
        _print("  ".join(cells).rstrip())


@app.command()
def new(id_: Annotated[str, typer.Argument(metavar="ID", help="lower case words with hyphens")]) -> None:
    """Write the files of a new runbook: declaration, sample and test. Lint says what is to be filled in."""
    from scripts.runbooks.new import create  # noqa: PLC0415 - and so below: each of these is slow to import

    for path in create(id_):
        _print(str(path))
    _print(f"fill in every TODO; then `commander runbook lint {id_}` and `commander runbook try {id_}`")


@app.command()
def lint(id_: Annotated[str, typer.Argument(metavar="[ID]", help="one only")] = "") -> None:
    """Hold declarations against their documents and AWS's own models. Exit code 1: a line a problem."""
    from scripts.runbooks.lint import problems, unchecked  # noqa: PLC0415

    wrong = 0
    for name, remedy in _chosen(id_).items():
        found = problems(remedy)
        wrong += len(found)
        for text in found:
            _print(f"{name}: {text}")
        for text in unchecked(remedy):
            _print(f"{name}: not checked: {text}")
    if wrong:
        raise typer.Exit(1)
    _print("nothing wrong")


@app.command("try")
def try_runbook(id_: Id) -> None:
    """Run it on a small target in a local AWS of its own, with just its grants; undo, compare, clean up."""
    from scripts.local_aws.process import LocalAws  # noqa: PLC0415
    from scripts.runbooks.attempt import attempt  # noqa: PLC0415

    with LocalAws(on_progress=_print) as aws:
        attempt(aws, id_, _print)
    _print("cleaned up")


def _chosen(id_: str) -> dict[str, Remedy]:
    if id_ and id_ not in remedies():
        raise CommandRefused(f"there is no runbook {id_}: `commander runbook list` names them")
    return {name: remedy for name, remedy in remedies().items() if id_ in ("", name)}


def _row(remedy: Remedy) -> dict[str, object]:
    book = remedy.runbook
    return {
        "id": book.id,
        "version": book.version,
        "resource": book.resource,
        "reversibility": book.reversibility.value,
        "risk": book.risk,
        "form": book.form.value,
        "document": book.document.name if isinstance(book.document, Adopted) else "own",
        "title": book.title,
    }


def _print(text: str) -> None:
    Console(soft_wrap=True).print(text, markup=False, highlight=False)
