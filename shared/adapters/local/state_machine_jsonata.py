"""JSONata in a state's fields: every string `{% ... %}` of a JSON template becomes what it evaluates to.

After https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html: an expression that
fails or is undefined is `States.QueryEvaluationError`, never a missing field.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonata

QUERY_FAILED = "States.QueryEvaluationError"


class StateError(Exception):
    """A state failed with an error name and a cause, as `$states.errorOutput` will show them."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


def fill(template: Any, variables: Mapping[str, Any]) -> Any:
    """A JSON value with its expressions evaluated; `variables` by name, without the dollar.

    Raises:
        StateError: an expression failed, is undefined, or is not JSON.
    """
    if isinstance(template, dict):
        return {key: fill(value, variables) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, variables) for value in template]
    if isinstance(template, str) and template.startswith("{%") and template.endswith("%}"):
        return _evaluate(template[2:-2].strip(), variables)
    return template


def plain(value: Any) -> Any:
    """A copy of a JSON value, as if it had gone over the wire; `TypeError` when it cannot."""
    return json.loads(json.dumps(value))


@cache
def _compiled(expression: str) -> Any:
    return jsonata.Jsonata(expression)


def _evaluate(expression: str, variables: Mapping[str, Any]) -> Any:
    try:
        found = _run(expression, variables)
        if found is None and not _run(f"$exists(({expression}))", variables):
            raise StateError(QUERY_FAILED, f"{expression} is undefined")
        return plain(found)
    except (jsonata.JException, TypeError, ValueError) as problem:
        raise StateError(QUERY_FAILED, f"{expression}: {problem}") from None


def _run(expression: str, variables: Mapping[str, Any]) -> Any:
    program = _compiled(expression)
    frame = program.create_frame()
    for name, value in variables.items():
        frame.bind(name, value)
    return program.evaluate(None, frame)
