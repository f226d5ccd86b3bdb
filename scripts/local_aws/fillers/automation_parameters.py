"""The parameters of an automation: checked against their declarations and given their types.

https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from scripts.local_aws.fillers.ssm_fault import Fault

_CODE = "InvalidAutomationExecutionParametersException"


def resolve_parameters(declared: dict[str, Any], given: dict[str, list[str]]) -> dict[str, Any]:
    """Parameter name -> typed value. Raises Fault for one that is unknown, missing or not allowed."""
    if unknown := sorted(set(given) - set(declared)):
        raise Fault(_CODE, f"Parameters {unknown} are not defined in the document.")
    values: dict[str, Any] = {}
    for name, declaration in declared.items():
        if name in given:
            values[name] = _typed(name, declaration, given[name])
        elif "default" in declaration:
            values[name] = declaration["default"]
            continue
        else:
            raise Fault(_CODE, f"Parameter {name} is required and has no default.")
        _check(name, declaration, values[name])
    return values


def _typed(name: str, declaration: dict[str, Any], given: list[str] | str) -> Any:
    kind, items = declaration.get("type", "String"), [given] if isinstance(given, str) else given
    if kind == "StringList":
        return items
    if kind != "MapList" and len(items) != 1:
        raise Fault(_CODE, f"Parameter {name} is of type {kind} and takes exactly one value.")
    try:
        if kind == "MapList":
            return [json.loads(item) for item in items]
        return _READERS.get(kind, str)(items[0])
    except (KeyError, ValueError) as cause:
        raise Fault(_CODE, f"Parameter {name} is not of type {kind}.") from cause


_READERS: dict[str, Callable[[str], Any]] = {
    "Integer": int,
    "StringMap": json.loads,
    "Boolean": lambda text: {"true": True, "false": False}[text.lower()],
}


def _check(name: str, declaration: dict[str, Any], value: Any) -> None:
    items = value if isinstance(value, list) else [value]
    if not int(declaration.get("minItems", 0)) <= len(items) <= int(declaration.get("maxItems", len(items))):
        raise Fault(_CODE, f"Parameter {name} has {len(items)} values, which is not allowed.")
    for item in items:
        _check_item(name, declaration, item)


def _check_item(name: str, declaration: dict[str, Any], item: Any) -> None:
    text = item if isinstance(item, str) else json.dumps(item)
    allowed = declaration.get("allowedValues")
    if allowed is not None and item not in allowed and text not in allowed:
        raise Fault(_CODE, f"Parameter {name}: {text} is not one of the allowed values.")
    pattern = declaration.get("allowedPattern")
    if pattern and re.fullmatch(pattern, text) is None:
        raise Fault(_CODE, f"Parameter {name}: {text} does not match the allowed pattern {pattern}.")
    longest = int(declaration.get("maxChars", len(text)))
    if not int(declaration.get("minChars", 0)) <= len(text) <= longest:
        raise Fault(_CODE, f"Parameter {name}: its length is not allowed.")
