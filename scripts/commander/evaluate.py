"""`commander evaluate`: recorded incidents through the product, compared with what was true."""

import json
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from scripts.demo.stage import deployed
from scripts.demo.voice import Voice
from scripts.evaluate.in_local_aws import resolve
from scripts.evaluate.replay import cases, replay
from scripts.evaluate.row import Row, summary
from scripts.evaluate.table import line, sentences, table
from scripts.local_aws.process import LocalAws
from scripts.terminal import Console
from shared.domain.errors import InvalidConfiguration

app = typer.Typer(no_args_is_help=True, help="Recorded incidents, compared with what was true of them.")

Folder = Annotated[Path, typer.Argument(help="a recording such as petshop/low_traffic, or a folder of them")]
Json = Annotated[bool, typer.Option("--json", help="end with one JSON object on stdout; the rest on stderr")]
Limit = Annotated[int | None, typer.Option(min=1, help="at most so many incidents; with --local, 1")]
Windows = Annotated[int, typer.Option(min=0, help="healthy windows for each alarm; not with --local")]
Local = Annotated[bool, typer.Option("--local", help="through the local AWS instead of in this process")]
Out = Annotated[Path | None, typer.Option(help="write every case as a JSON line, to score it again")]


@app.callback()
def evaluate() -> None:
    """Recorded incidents, compared with what was true of them."""


@app.command()
def incidents(
    folder: Folder,
    *,
    as_json: Json = False,
    limit: Limit = None,
    healthy: Windows = 30,
    local: Local = False,
    out: Out = None,
) -> None:
    """Feed recorded incidents to detection, diagnosis, vote and state machine, and count what was right.

    In this process on simulated time at autonomy L0: nothing is executed. With --local in the stage `local`
    of the local AWS, where recorded services have no resources that anything could act on.
    """
    console, started = Console(stderr=as_json, soft_wrap=True), time.monotonic()
    console.width = max(console.width, 120)
    with Voice(console) as voice:
        voice.doing(lambda: f"reading {folder}")
        rows = []
        for row in _local(folder, limit or 1, voice) if local else _replayed(folder, limit, healthy, voice):
            voice.say(line(row), "" if row.healthy or row.place == 1 else "yellow")
            rows.append(row)
    counts = summary(rows, time.monotonic() - started)
    if out is not None:
        _write(out, rows)
    console.print(table(rows))
    for sentence in sentences(counts):
        console.print(sentence, highlight=False)
    if as_json:
        sys.stdout.write(json.dumps(counts, indent=2) + "\n")
    if counts["actions_executed"]:
        raise typer.Exit(1)


def _replayed(folder: Path, limit: int | None, windows: int, voice: Voice) -> Iterator[Row]:
    for name, case in cases(folder, limit, windows):
        voice.doing(lambda name=name: name)  # type: ignore[misc]
        yield replay(name, case)


def _local(folder: Path, limit: int, voice: Voice) -> Iterator[Row]:
    chosen = list(islice(cases(folder, limit, 0), limit))
    voice.doing(lambda: "setting up")
    with LocalAws(on_progress=voice.say) as aws:
        stage = deployed(aws, voice.say)
        for name, case in chosen:
            voice.doing(lambda name=name: name)  # type: ignore[misc]
            yield resolve(name, case, stage, voice.say)


def _write(path: Path, rows: list[Row]) -> None:
    try:
        path.write_text("".join(json.dumps(row.plain()) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise InvalidConfiguration(f"{path}: cannot be written: {error.strerror}") from None
