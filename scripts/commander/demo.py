"""`commander demo`: a scenario from a real signal to a proven cure, told live."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console

from scripts.demo.play import play
from scripts.demo.report import Run, differences, report
from scripts.demo.stage import SHORTENED, shortened
from scripts.demo.voice import Voice
from scripts.local_aws import process
from scripts.local_aws.process import LocalAws
from scripts.patient import host
from scripts.patient.scenario import Scenario
from scripts.patient.storefront import Storefront
from scripts.scenarios import get

Name = Annotated[str, typer.Argument(help="a file of scripts/scenarios")]
Json = Annotated[bool, typer.Option("--json", help="end with one JSON object on stdout; the story on stderr")]
Keep = Annotated[bool, typer.Option("--keep", help="leave the local AWS and the patient afterwards")]


def demo(scenario: Name = "database_cascade", *, as_json: Json = False, keep: Keep = False) -> None:
    """Break a simulated storefront in the local AWS and watch what becomes of it."""
    chosen = get(scenario)
    console = Console(stderr=as_json, soft_wrap=True)
    with Voice(console) as voice:
        _introduce(chosen, voice)
        run = _kept(chosen, voice) if keep else _once(chosen, voice)
        wrong = differences(run)
        _conclude(run, wrong, voice)
    if as_json:
        sys.stdout.write(json.dumps(report(run), indent=2) + "\n")
    if wrong:
        raise typer.Exit(1)


def _once(scenario: Scenario, voice: Voice) -> Run:
    with LocalAws(on_progress=voice.say) as aws:
        return play(scenario, aws, voice)


def _kept(scenario: Scenario, voice: Voice) -> Run:
    aws = process.up(voice.say)
    process.end_patient(aws.running)  # an earlier demo's: two would speak for one
    run = play(scenario, aws, voice, lambda patient: _left(patient, voice))
    voice.say(f"the local AWS stays at {aws.endpoint}; `commander local down` ends it")
    return run


def _left(patient: Storefront, voice: Voice) -> None:
    host.begin(patient.conditions)
    voice.say("the patient goes on by itself: `commander demo-control status` shows it, `… start` breaks it")


def _introduce(scenario: Scenario, voice: Voice) -> None:
    voice.plain(f"{scenario.name}: {scenario.title}", "bold")
    voice.plain(scenario.story)
    voice.plain(f"Stage `local`: {shortened()}. {SHORTENED}", "dim")


def _conclude(run: Run, wrong: tuple[str, ...], voice: Voice) -> None:
    shown = report(run)
    seconds = ", ".join(f"{name} {value} s" for name, value in shown["seconds"].items() if value is not None)
    voice.say(
        f"{run.scenario.name}: {shown['status']}" + (f" ({seconds} after it broke)" if seconds else ""),
        "bold",
    )
    for line in wrong:
        voice.say(f"NOT as it should be: {line}", "bold red")
