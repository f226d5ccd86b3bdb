"""`commander explain`: what happened, who saw, computed and chose what, and why it was permitted."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from scripts.commander.reached import Reached, StageOption, reach
from scripts.explain.page import page
from scripts.explain.short import short
from scripts.explain.trace import trace
from scripts.terminal import Console
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.aws.s3_recordings import S3Recordings
from shared.domain.errors import PortError
from shared.domain.events import Event
from shared.domain.folding import fold
from shared.domain.impact import BusinessImpact
from shared.domain.incident import Incident
from shared.views.next_step import next_step
from shared.views.reasoning import spans_of
from shared.views.sentences import believed

Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]


def explain(
    incident: Annotated[str, typer.Argument(help="INC-…, or `latest`")],
    *,
    stage: StageOption = "dev",
    full: Annotated[
        bool, typer.Option("--full", help="what each agent was given and chose, the sums")
    ] = False,
    as_json: Json = False,
) -> None:
    """What happened, what it costs and what to do next, on one screen."""
    reached = reach(stage)
    events = reached.events(reached.named(incident))
    shown = trace(events, traces(reached, events))
    if as_json:
        sys.stdout.write(json.dumps(shown, indent=2) + "\n")
        return
    if not full:
        state = fold(believed(events))
        Console().print(short(shown, costs(reached, state), next_step(state), stage))
        return
    console = Console()
    console.width = max(console.width, 120)
    console.print(page(shown))


def costs(reached: Reached, incident: Incident) -> str:
    """What it costs the business until now, in words."""
    dynamodb, table = reached.client("dynamodb"), reached.outputs["StateTable"]
    service = DynamodbCatalogue(dynamodb, table).services().by_name.get(incident.opened.service)
    known = BusinessImpact.of(service) if service else BusinessImpact.of_tier(incident.opened.tier)
    return known.worded(incident.felt, datetime.now(UTC))


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
