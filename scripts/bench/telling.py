"""`python -m scripts.bench.telling`: how long until people hear of an incident, in the local AWS."""

import json
import sys
import time
from datetime import UTC, datetime
from typing import Annotated

import numpy as np
import typer
from ulid import ULID

from scripts.bench.sample import opened
from scripts.demo.stage import Stage, deployed
from scripts.local_aws.process import LocalAws
from scripts.terminal import Console
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.kms_authority import KmsSigner
from shared.adapters.local.system_clock import SystemClock
from shared.domain.events import Head
from shared.domain.facts import Author

EVERY = 3.0
"""Seconds between two incidents."""
LIMIT = 60.0
"""Seconds after the last one in which everybody must have heard of it."""
RECIPIENT = "stage"


def begin(stage: Stage) -> str:
    """An incident, as detection writes it; agents, vote and messages follow from it as always."""
    key = json.loads(stage.outputs["AuditKeys"])["detection"]
    table, signer = stage.outputs["EventsTable"], KmsSigner(stage.client("kms"), key)
    store = DynamodbEventStore(stage.client("dynamodb"), table, Author.DETECTION, signer, SystemClock())
    id_, now = f"INC-{ULID()}", datetime.now(UTC)
    own = {"application": id_.lower(), "started_at": now, "severity": "critical"}
    store.append(id_, Head(), [opened().model_copy(update=own)])
    return id_


def first_word(stage: Stage, incident_id: str) -> float | None:
    """Seconds from the first event to what the log says of the first message about it."""
    events = stage.events(incident_id)
    told = (one for one in events if one.type == "NotificationSent" and one.data["recipient"] == RECIPIENT)
    first = next(told, None)
    return None if first is None else (first.occurred_at - events[0].occurred_at).total_seconds()


def telling(
    *,
    incidents: Annotated[int, typer.Option(min=5, help="one every three seconds")] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """Measure detected to first notification. Takes about three minutes."""
    console = Console(stderr=True, soft_wrap=True)
    with LocalAws() as aws:
        stage, started = deployed(aws, lambda line: console.print(line, style="dim", highlight=False)), []
        for number in range(incidents):
            started.append(begin(stage))
            if number % 5 == 0:
                console.print(f"{number + 1} of {incidents} incidents", style="dim", highlight=False)
            time.sleep(EVERY)
        deadline = time.monotonic() + LIMIT
        while any(first_word(stage, one) is None for one in started) and time.monotonic() < deadline:
            time.sleep(1)
        waited = [seconds for one in started if (seconds := first_word(stage, one)) is not None]
    if not waited:
        console.print("nobody was told of anything: see the communication function's log")
        raise typer.Exit(1)
    half, most = (round(float(np.percentile(waited, at)), 2) for at in (50, 95))
    found = {"incidents": incidents, "told": len(waited), "p50": half, "p95": most, "max": max(waited)}
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        Console().print(
            f"{len(waited)} of {incidents} told; p50 {half} s, p95 {most} s, longest {max(waited):.2f} s"
        )


if __name__ == "__main__":
    typer.run(telling)
