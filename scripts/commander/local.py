"""`commander local`: the embedded AWS that lives on between commands."""

import json
from typing import Annotated

import typer

from scripts.local_aws import process
from scripts.terminal import Console

app = typer.Typer(no_args_is_help=True, help="The embedded local AWS: loopback only, no account, no Docker.")
Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]


def _show(as_json: bool, sentence: str, **facts: str | int | None) -> None:
    console = Console(soft_wrap=True)
    console.print(json.dumps(facts) if as_json else sentence, markup=False, highlight=False)


@app.command()
def up(*, as_json: Json = False) -> None:
    """Start the local AWS, or find the one that runs."""
    tell = Console(stderr=True).print
    aws = process.up(tell)
    _show(
        as_json,
        f"up: {aws.endpoint} (Slack recorder {aws.slack_url}); `commander local down` ends it",
        status="up",
        endpoint=aws.endpoint,
        slack=aws.slack_url,
    )


@app.command()
def down(*, as_json: Json = False) -> None:
    """End the local AWS and remove what it left on disk."""
    ended = process.down()
    _show(as_json, "down" if ended else "there was none", status="down", ended=int(ended))


@app.command()
def status(*, as_json: Json = False) -> None:
    """Say whether the local AWS runs, and where."""
    running = process.status()
    if running is None:
        _show(as_json, "down: `commander local up` starts it", status="down")
        return
    _show(
        as_json,
        f"up: {running.endpoint}, process {running.pid}",
        status="up",
        endpoint=running.endpoint,
        slack=running.slack_url,
        pid=running.pid,
    )
