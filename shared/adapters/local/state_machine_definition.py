"""A state machine's definition, read and checked: what the runner does not know is refused, never ignored."""

import json
import re
from collections.abc import Mapping
from typing import Any

from shared.adapters.local.state_machine_tasks import CALLBACK, INVOKE
from shared.domain.errors import InvalidConfiguration

EVERY = frozenset({"Type", "Comment", "QueryLanguage", "Output", "Assign", "Next", "End"})
FIELDS = {
    "Task": EVERY | {"Resource", "Arguments", "TimeoutSeconds", "Retry", "Catch"},
    "Parallel": EVERY | {"Branches", "Arguments", "Retry", "Catch"},
    "Choice": EVERY - {"Next", "End"} | {"Choices", "Default"},
    "Pass": EVERY,
    "Wait": EVERY | {"Seconds"},
    "Succeed": EVERY - {"Assign", "Next", "End"},
    "Fail": frozenset({"Type", "Comment", "QueryLanguage", "Error", "Cause"}),
}
MACHINE = frozenset({"Comment", "QueryLanguage", "StartAt", "States"})
RULE = frozenset({"Comment", "Output", "Assign", "Next"})
PARTS = {
    "Choices": RULE | {"Condition"},
    "Catch": RULE | {"ErrorEquals"},
    "Retry": frozenset(
        {
            "Comment",
            "ErrorEquals",
            "IntervalSeconds",
            "BackoffRate",
            "MaxAttempts",
            "MaxDelaySeconds",
            "JitterStrategy",
        }
    ),
}


def load(text: str, seconds: Mapping[str, int]) -> dict[str, Any]:
    """The definition with its placeholders filled in: `${XArn}` is the function `x`, the rest are integers.

    Raises:
        InvalidConfiguration: a placeholder has no value, or the text is not JSON.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name.endswith("Arn"):
            return name.removesuffix("Arn").lower()
        if name not in seconds:
            raise InvalidConfiguration(f"state machine: no value for ${{{name}}}: add it to the seconds")
        return str(int(seconds[name]))

    try:
        definition: dict[str, Any] = json.loads(re.sub(r"\$\{(\w+)\}", value, text))
    except json.JSONDecodeError as problem:
        raise InvalidConfiguration(f"state machine: not JSON: {problem}") from None
    return definition


def checked(definition: dict[str, Any], functions: Mapping[str, object]) -> dict[str, Any]:
    """The definition, when the runner knows all that is in it.

    Raises:
        NotImplementedError: a state type, resource or field that the runner has not; the message names it.
        InvalidConfiguration: a task calls a function that is not there, or the language is not JSONata.
    """
    if definition.get("QueryLanguage") != "JSONata":
        raise InvalidConfiguration("state machine: QueryLanguage must be JSONata")
    _check_machine(definition, functions, frozenset())
    return definition


def _check_machine(machine: dict[str, Any], functions: Mapping[str, object], outer: frozenset[str]) -> None:
    _known(machine, MACHINE, "the machine")
    assigned = frozenset(
        name
        for state in machine["States"].values()
        for rule in (state, *state.get("Choices", ()), *state.get("Catch", ()))
        for name in rule.get("Assign", {})
    )
    if assigned & outer:
        raise InvalidConfiguration(
            f"state machine: a branch assigns {sorted(assigned & outer)} of the scope outside it"
        )
    for name, state in machine["States"].items():
        _check_state(name, state, functions)
        for branch in state.get("Branches", ()):
            _check_machine(branch, functions, outer | assigned)


def _check_state(name: str, state: dict[str, Any], functions: Mapping[str, object]) -> None:
    if state["Type"] not in FIELDS:
        raise NotImplementedError(f"{name}: state type {state['Type']}")
    _known(state, FIELDS[state["Type"]], name)
    if state.get("QueryLanguage", "JSONata") != "JSONata":
        raise NotImplementedError(f"{name}: QueryLanguage {state['QueryLanguage']}")
    for part, fields in PARTS.items():
        for rule in state.get(part, ()):
            _known(rule, fields, f"{name}.{part}")
    if state["Type"] == "Wait" and "Seconds" not in state:
        raise NotImplementedError(f"{name}: a Wait without Seconds")
    if state["Type"] == "Task":
        _check_task(name, state, functions)


def _check_task(name: str, state: dict[str, Any], functions: Mapping[str, object]) -> None:
    if state["Resource"] not in {INVOKE, CALLBACK}:
        raise NotImplementedError(f"{name}: resource {state['Resource']}")
    _known(state["Arguments"], frozenset({"FunctionName", "Payload"}), f"{name}.Arguments")
    if state["Arguments"]["FunctionName"] not in functions:
        raise InvalidConfiguration(f"{name}: no function {state['Arguments']['FunctionName']!r}")


def _known(found: Mapping[str, object], known: frozenset[str], where: str) -> None:
    unknown = sorted(found.keys() - known)
    if unknown:
        raise NotImplementedError(f"{where}: field {', '.join(unknown)}")
