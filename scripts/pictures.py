"""The README's pictures, made from what they show: the state machine's graph, and a demo as it was printed.

python -m scripts.pictures graph     # Mermaid, to be put into README.md
python -m scripts.pictures demo      # plays database_cascade and writes docs/demo.svg
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.demo.play import play
from scripts.demo.report import differences
from scripts.demo.voice import Voice
from scripts.local_aws.process import LocalAws
from scripts.scenarios import get
from scripts.synth import REPOSITORY
from scripts.terminal import Console
from shared.adapters.local.state_machine_definition import load
from shared.composition.local_stage import DEV

DEFINITION = REPOSITORY / "statemachines" / "incident.asl.json"
SHAPES = {"Choice": ("{{", "}}"), "Wait": ("([", "])"), "Succeed": ("((", "))"), "Fail": ("((", "))")}


def graph() -> str:
    """The state machine as a Mermaid flowchart, without each state's Catch that leads to a human."""
    definition = load(DEFINITION.read_text(encoding="utf-8"), DEV.placeholders())
    return "\n".join(["flowchart TD", *_states(definition["States"], "    ")])


def _states(states: dict[str, Any], indent: str) -> Iterator[str]:
    for name, state in states.items():
        if state["Type"] == "Parallel":
            yield f'{indent}subgraph {_id(name)}["{name}"]'
            yield from (f'{indent}    {_id(one)}["{one}"]' for one in _entries(states, name))
            yield f"{indent}end"
        else:
            start, end = SHAPES.get(state["Type"], ("[", "]"))
            yield f'{indent}{_id(name)}{start}"{name}"{end}'
        chosen = [choice["Next"] for choice in state.get("Choices", [])]
        for target in dict.fromkeys(one for one in (*chosen, state.get("Default"), state.get("Next")) if one):
            yield f"{indent}{_group(states, name)} --> {_group(states, target)}"
        for caught in {catch["Next"] for catch in state.get("Catch", [])} - {"Human decides"}:
            yield f"{indent}{_id(name)} -.-> {_id(caught)}"


def _entries(states: dict[str, Any], name: str) -> list[str]:
    """The state itself, or of a Parallel the first state of each branch."""
    return [branch["StartAt"] for branch in states[name].get("Branches", [])] or [name]


def _group(states: dict[str, Any], name: str) -> str:
    return " & ".join(_id(one) for one in _entries(states, name))


def _id(name: str) -> str:
    return re.sub(r"[^A-Za-z]", "", name.title().replace("?", "Question"))


def demo(picture: Path) -> None:
    """Play the cascade and keep what was printed as an SVG that fetches nothing."""
    console = Console(record=True, width=132, soft_wrap=False)
    scenario = get("database_cascade")
    with Voice(console) as voice, LocalAws(on_progress=voice.say) as aws:
        voice.plain(scenario.title, "bold")
        run = play(scenario, aws, voice)
    if differences(run):
        sys.exit(f"no picture of a run that went wrong: {differences(run)}")
    drawn = console.export_svg(title="make demo")
    picture.write_text(re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["graph"]:
        sys.stdout.write(graph() + "\n")
    elif sys.argv[1:] == ["demo"]:
        demo(REPOSITORY / "docs" / "demo.svg")
    else:
        sys.exit(__doc__)
