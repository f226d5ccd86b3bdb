"""Reads the state machine as synthesis would leave it, and evaluates its expressions."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonata

DEFINITION = Path(__file__).parents[2] / "statemachines" / "incident.asl.json"
PLACEHOLDERS = {
    "WorkflowArn": "arn:aws:lambda:eu-west-1:111111111111:function:workflow",
    "ExecutorArn": "arn:aws:lambda:eu-west-1:111111111111:function:executor",
    "DetectionSeconds": "60",
    "DiagnosisSeconds": "180",
    "PredictionSeconds": "90",
    "ResolutionSeconds": "300",
    "VoteSeconds": "40",
    "ApprovalSeconds": "1800",
    "WatchPollSeconds": "15",
}


@cache
def machine() -> dict[str, Any]:
    text = DEFINITION.read_text(encoding="utf-8")
    return json.loads(re.sub(r"\$\{(\w+)\}", lambda found: PLACEHOLDERS[found[1]], text))


def machines(inside: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """The machine and every branch in it."""
    inside = inside or machine()
    yield inside
    for state in inside["States"].values():
        for branch in state.get("Branches", ()):
            yield from machines(branch)


def states() -> dict[str, dict[str, Any]]:
    return {name: state for one in machines() for name, state in one["States"].items()}


def evaluate(expression: str, **variables: Any) -> Any:
    program = jsonata.Jsonata(expression.removeprefix("{%").removesuffix("%}").strip())
    frame = program.create_frame()
    for name, value in variables.items():
        frame.bind(name, value)
    return program.evaluate(None, frame)
