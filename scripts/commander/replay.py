"""`commander replay`: a recorded incident decided again by today's agents, rules, policy and runbooks."""

import base64
import gzip
import importlib.util
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

from scripts.commander.failures import line
from scripts.commander.reached import StageOption, reach
from scripts.replay.agents import Inputs
from scripts.replay.replay import Step, Today
from scripts.replay.replay import replay as replayed
from scripts.terminal import Console
from shared.adapters.aws.s3_recordings import S3Recordings
from shared.agents.voter import Voter
from shared.composition.local import VOTERS
from shared.domain.autonomy import Autonomy
from shared.domain.consensus import Rules
from shared.domain.errors import InvalidConfiguration, PortError
from shared.domain.events import Event
from shared.domain.model import AgentName
from shared.runbooks.catalogue import remedies

Level = Annotated[Autonomy | None, typer.Option("--autonomy", help="decide as if at this level")]
RulesFile = Annotated[
    Path | None, typer.Option("--rules", help="JSON: weights and thresholds to count with, not the recorded")
]
AgentFiles = Annotated[
    list[Path] | None, typer.Option("--agent", help="a Python file whose AGENT takes its namesake's place")
]
Json = Annotated[bool, typer.Option("--json", help="one JSON object for machines")]


def replay(
    incident: Annotated[str, typer.Argument(help="INC-…, `latest`, or a bundle that `audit export` wrote")],
    *,
    stage: StageOption = "dev",
    autonomy: Level = None,
    rules: RulesFile = None,
    agent: AgentFiles = None,
    as_json: Json = False,
) -> None:
    """Decide a recorded incident again; exits 1 when today's decision would be another."""
    events, inputs = _recorded(incident, stage)
    today = Today(remedies(), _rules(rules), autonomy, _agents(agent or []), inputs)
    steps = replayed(events, today)
    different = [one for one in steps if one.differs]
    if as_json:
        shown = [{**vars(one), "differs": one.differs} for one in steps]
        sys.stdout.write(json.dumps({"incident": incident, "steps": shown, "differs": len(different)}) + "\n")
    else:
        _print(steps)
    if different:
        raise typer.Exit(1)


def _rules(file: Path | None) -> Rules | None:
    if file is None:
        return None
    try:
        return Rules.model_validate_json(file.read_bytes()).checked()
    except (OSError, ValidationError) as error:
        raise InvalidConfiguration(f"{file}: {line(error)}") from error


def _agents(files: list[Path]) -> dict[AgentName, Voter]:
    """Today's, with these in place of those of the same name."""
    agents = {one.name: one for one in VOTERS}
    for file in files:
        spec = importlib.util.spec_from_file_location(file.stem, file)
        if spec is None or spec.loader is None or not file.is_file():
            raise InvalidConfiguration(f"{file}: not a Python file")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        voter = getattr(module, "AGENT", None)
        if not isinstance(voter, Voter):
            raise InvalidConfiguration(f"{file}: exports no AGENT")
        agents[voter.name] = voter
    return agents


def _recorded(incident: str, stage: str) -> tuple[tuple[Event, ...], Inputs]:
    """The log, and what agents were told."""
    bundle = Path(incident)
    if bundle.suffix and not bundle.is_file():
        raise InvalidConfiguration(f"{bundle}: there is no such file; `commander audit export` writes one")
    if not bundle.is_file():
        reached = reach(stage)
        incident = reached.incident(incident)
        if "ArchiveBucket" not in reached.outputs:
            raise InvalidConfiguration("this stage has no archive yet: deploy the stacks again")
        kept = S3Recordings(reached.client("s3"), reached.outputs["ArchiveBucket"])
        return reached.events(incident), lambda digest: _read(kept, incident, digest)
    try:
        given = json.loads(bundle.read_bytes())
        inputs = {one["sha256"]: one["gzip"] for one in given.get("inputs", [])}
        events = tuple(Event.model_validate_json(one["body"]) for one in given["events"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidConfiguration(f"{incident}: not a bundle that `audit export` wrote") from error
    return events, lambda digest: _unpacked(inputs.get(digest))


def _read(kept: S3Recordings, incident: str, digest: str) -> bytes | None:
    """Who may read the log and not the archive replays all but the agents."""
    try:
        return kept.read(incident, digest)
    except PortError as refused:
        sys.stderr.write(f"{refused}\n")
        return None


def _unpacked(packed: str | None) -> bytes | None:
    try:
        return None if packed is None else gzip.decompress(base64.b64decode(packed))
    except (OSError, EOFError, ValueError):
        return None


def _print(steps: tuple[Step, ...]) -> None:
    table = Table(box=SIMPLE)
    for title in ("event", "decision", "recorded", "now", ""):
        table.add_column(title)
    for one in steps:
        verdict = "[bold red]differs[/]" if one.differs else "[green]same[/]"
        verdict = f"[yellow]not asked again: {one.apart}[/]" if one.apart else verdict
        table.add_row(str(one.version), one.what, escape(one.recorded), escape(one.now), verdict)
    Console().print(table)
