"""`python -m scripts.bench.page`: from an event in the table to the dashboard's page, in the local AWS."""

import json
import sys
import threading
import time
from typing import Annotated

import numpy as np
import typer

from scripts.bench.telling import begin
from scripts.commander.reached import Reached
from scripts.dashboard.loopback import Loopback
from scripts.dashboard.stage import stage_app
from scripts.demo.stage import deployed
from scripts.local_aws.process import LocalAws
from scripts.operator_log import CLOCK
from scripts.terminal import Console
from shared.domain.clearance import Caller
from tests.browser.look import browser

EVERY = 5.0
"""Seconds between two incidents, each of which has its agents and its vote on this machine too."""
LIMIT = 20_000
"""Milliseconds after which an incident counts as never shown."""


def seen(
    *,
    incidents: Annotated[int, typer.Option(min=5, help="about one every six seconds")] = 40,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """Measure it: an incident is written as detection writes it, and its row waited for. Four minutes."""
    console, waited = Console(stderr=True, soft_wrap=True), []
    with LocalAws() as aws:
        stage = deployed(aws, lambda line: console.print(line, style="dim", highlight=False))
        arn = str(stage.client("sts").get_caller_identity()["Arn"])
        app = stage_app(Reached(stage.client, stage.outputs), "local")
        server = Loopback(app, Caller(where="aws", id=arn), 0, CLOCK.now)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with browser() as opened:
            page = opened.new_page()
            page.goto(server.url)
            page.wait_for_timeout(2_000)
            for number in range(incidents):
                incident = begin(stage)
                written = time.monotonic()
                page.wait_for_selector(f"[data-id='{incident}']", state="attached", timeout=LIMIT)
                waited.append(time.monotonic() - written)
                if number % 10 == 0:
                    console.print(f"{number + 1} of {incidents} incidents", style="dim", highlight=False)
                page.wait_for_timeout(1_000 * EVERY)
        server.shutdown()
    half, most = (round(float(np.percentile(waited, at)), 3) for at in (50, 95))
    found = {"incidents": incidents, "p50": half, "p95": most, "max": round(max(waited), 3)}
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        figures = f"p50 {half} s, p95 {most} s, longest {max(waited):.2f} s"
        Console().print(f"{incidents} incidents on the page: {figures}")


if __name__ == "__main__":
    typer.run(seen)
