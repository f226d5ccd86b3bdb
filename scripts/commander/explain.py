"""`commander explain`: what happened, who saw, computed and chose what, and why it was permitted."""

import json
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from scripts.commander.reached import Reached, StageOption, reach
from scripts.explain.page import page
from scripts.explain.trace import trace
from scripts.terminal import Console
from shared.adapters.aws.s3_recordings import S3Recordings
from shared.domain.errors import PortError
from shared.domain.events import Event
from shared.views.reasoning import spans_of

Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]


def explain(
    incident: Annotated[str, typer.Argument(help="INC-…, or `latest`")],
    *,
    stage: StageOption = "dev",
    as_json: Json = False,
) -> None:
    """What happened in five sentences; who was given, computed and chose what; the sums; action; money."""
    reached = reach(stage)
    events = reached.events(reached.named(incident))
    shown = trace(events, traces(reached, events))
    if as_json:
        sys.stdout.write(json.dumps(shown, indent=2) + "\n")
        return
    console = Console()
    console.width = max(console.width, 120)
    console.print(page(shown))


def traces(reached: Reached, events: Sequence[Event]) -> dict[str, bytes]:
    """The traces that the log names, by digest; who may not read the archive sees the rest without them."""
    bucket, found = reached.outputs.get("ArchiveBucket"), dict[str, bytes]()
    if bucket is None:
        return found
    kept = S3Recordings(reached.client("s3"), bucket)
    for digest in spans_of(events):
        try:
            body = kept.read(events[0].incident_id, digest)
        except PortError as refused:
            sys.stderr.write(f"{refused}\n")
            return found
        if body is not None:
            found[digest] = body
    return found
