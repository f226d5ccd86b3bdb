"""`commander demo`: a scenario from a real signal to a proven cure, told live."""

import json
import sys
import threading
from contextlib import suppress
from functools import partial
from typing import Annotated

import typer

from scripts.commander.reached import Reached
from scripts.dashboard.loopback import Loopback
from scripts.dashboard.stage import stage_app
from scripts.demo.play import nothing_more, play
from scripts.demo.report import Run, differences, report, where_next
from scripts.demo.stage import SHORTENED, Stage, shortened
from scripts.demo.voice import Voice
from scripts.local_aws import process
from scripts.local_aws.process import LocalAws
from scripts.operator_log import CLOCK
from scripts.patient import host
from scripts.patient.scenario import Scenario
from scripts.patient.storefront import Storefront
from scripts.scenarios import get
from scripts.terminal import Console
from shared.domain.clearance import Caller

Name = Annotated[str, typer.Argument(help="a file of scripts/scenarios")]
Json = Annotated[bool, typer.Option("--json", help="end with one JSON object on stdout; the story on stderr")]
Beside = Annotated[
    bool, typer.Option("--dashboard", help="serve the dashboard beside the story, and until Ctrl-C after it")
]
Keep = Annotated[bool, typer.Option("--keep", help="leave the local AWS and the patient afterwards")]


def demo(
    scenario: Name = "database_cascade",
    *,
    as_json: Json = False,
    keep: Keep = False,
    dashboard: Beside = False,
) -> None:
    """Break a simulated storefront in the local AWS and watch what becomes of it."""
    chosen = get(scenario)
    console = Console(stderr=as_json, soft_wrap=True)
    with Voice(console) as voice:
        _introduce(chosen, voice)
        run = _kept(chosen, voice, page=dashboard) if keep or dashboard else _once(chosen, voice)
        wrong = differences(run)
        _conclude(run, wrong, voice, kept=keep or dashboard)
    if dashboard:
        _stay(console, keep=keep)
    if as_json:
        sys.stdout.write(json.dumps(report(run), indent=2) + "\n")
    if wrong:
        raise typer.Exit(1)


def _once(scenario: Scenario, voice: Voice) -> Run:
    with LocalAws(on_progress=voice.say) as aws:
        return play(scenario, aws, voice)


def _kept(scenario: Scenario, voice: Voice, *, page: bool) -> Run:
    aws = process.up(voice.say)
    process.end_patient(aws.running)  # an earlier demo's: two would speak for one
    beside = partial(_served, voice) if page else nothing_more
    run = play(scenario, aws, voice, lambda patient: _left(patient, voice), beside)
    if not page:
        voice.say(f"the local AWS stays at {aws.endpoint}; `commander local down` ends it")
    return run


def _served(voice: Voice, stage: Stage) -> None:
    """The dashboard of this stage on a free port of this machine, for its operator."""
    reached = Reached(stage.client, stage.outputs)
    arn = str(stage.client("sts").get_caller_identity()["Arn"])
    server = Loopback(stage_app(reached, "local"), Caller(where="aws", id=arn), 0, CLOCK.now)
    threading.Thread(target=server.serve_forever, name="dashboard", daemon=True).start()
    voice.say(f"dashboard: {server.url}", "bold")


def _stay(console: Console, *, keep: bool) -> None:
    """Until Ctrl-C; then, unless it is kept, the local AWS ends too."""
    console.print("the dashboard stays: Ctrl-C ends it" + ("" if keep else ", and the local AWS"))
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
    if not keep:
        process.down()


def _left(patient: Storefront, voice: Voice) -> None:
    host.begin(patient.conditions)
    voice.say("the patient goes on by itself: `commander demo-control status` shows it, `… start` breaks it")


def _introduce(scenario: Scenario, voice: Voice) -> None:
    voice.plain(f"{scenario.name}: {scenario.title}", "bold")
    voice.plain(scenario.story)
    voice.plain(f"Stage `local`: {shortened()}. {SHORTENED}", "dim")


def _conclude(run: Run, wrong: tuple[str, ...], voice: Voice, *, kept: bool) -> None:
    shown = report(run)
    seconds = ", ".join(f"{name} {value} s" for name, value in shown["seconds"].items() if value is not None)
    voice.say(
        f"{run.scenario.name}: {shown['status']}" + (f" ({seconds} after it broke)" if seconds else ""),
        "bold",
    )
    for line in where_next(run, kept=kept):
        voice.plain(line)
    for line in wrong:
        voice.say(f"NOT as it should be: {line}", "bold red")
