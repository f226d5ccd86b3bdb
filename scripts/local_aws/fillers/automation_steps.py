"""What the steps of an automation do. Every AWS call is made with the automation's own credentials.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
"""

from __future__ import annotations

import json
import operator
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore import xform_name

from scripts.local_aws.fillers.automation_script import run_script
from scripts.local_aws.fillers.automation_values import Lookup, plain, resolve, select
from scripts.local_aws.fillers.caller import Credentials, client
from scripts.local_aws.fillers.ssm_fault import Fault

_POLL_SECONDS = 0.5
_DEFAULT_TIMEOUT_SECONDS = 3600.0


class Cancelled(Exception):
    """The automation was stopped during a step."""


class TimedOut(Exception):
    """A step ran longer than its timeoutSeconds."""


@dataclass(frozen=True)
class Context:
    """What a step may use."""

    region: str
    credentials: Credentials
    stopped: threading.Event
    lookup: Lookup

    def wait(self, seconds: float) -> None:
        if self.stopped.wait(seconds):
            raise Cancelled


@dataclass(frozen=True)
class Result:
    """What a step produced, and where a branch goes."""

    outputs: dict[str, Any]
    next_step: str | None = None


def run_step(step: dict[str, Any], inputs: dict[str, Any], context: Context) -> Result:
    """Run one step. Raises Fault for an action that is not known here, and whatever the AWS call raises."""
    action = _ACTIONS.get(step["action"])
    if action is None:
        raise Fault("UnsupportedAction", f"The action {step['action']} does not exist in the local AWS.")
    return action(step, inputs, context)


def _execute_api(_step: dict[str, Any], inputs: dict[str, Any], context: Context) -> Result:
    arguments = {name: value for name, value in inputs.items() if name not in ("Service", "Api")}
    service = client(inputs["Service"], context.region, context.credentials)
    return Result(plain(getattr(service, xform_name(inputs["Api"]))(**arguments)))


def _invoke_function(_step: dict[str, Any], inputs: dict[str, Any], context: Context) -> Result:
    payload = inputs.get("InputPayload", inputs.get("Payload", {}))
    answer = client("lambda", context.region, context.credentials).invoke(
        FunctionName=inputs["FunctionName"],
        InvocationType=inputs.get("InvocationType", "RequestResponse"),
        Payload=payload if isinstance(payload, str) else json.dumps(payload),
        **({"Qualifier": inputs["Qualifier"]} if "Qualifier" in inputs else {}),
    )
    body = answer["Payload"].read().decode()
    if answer.get("FunctionError"):
        raise Fault("LambdaFunctionFailed", f"Lambda function returned {answer['FunctionError']}: {body}")
    return Result({"StatusCode": answer["StatusCode"], "Payload": _parsed(body)})


def _parsed(body: str) -> Any:
    try:
        return json.loads(body) if body else ""
    except ValueError:
        return body


def _property(inputs: dict[str, Any], context: Context) -> tuple[str, list[str]]:
    call = {
        name: value for name, value in inputs.items() if name not in ("PropertySelector", "DesiredValues")
    }
    found = select(_execute_api({}, call, context).outputs, inputs["PropertySelector"])
    return _word(found), [_word(value) for value in inputs["DesiredValues"]]


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _assert_property(_step: dict[str, Any], inputs: dict[str, Any], context: Context) -> Result:
    found, wanted = _property(inputs, context)
    if found not in wanted:
        raise Fault("AssertionFailed", f"Property value is {found}; desired values are {wanted}.")
    return Result({})


def _wait_property(step: dict[str, Any], inputs: dict[str, Any], context: Context) -> Result:
    deadline = time.monotonic() + float(step.get("timeoutSeconds") or _DEFAULT_TIMEOUT_SECONDS)
    while True:
        found, wanted = _property(inputs, context)
        if found in wanted:
            return Result({})
        if time.monotonic() >= deadline:
            raise TimedOut(f"Property value is {found}; desired values are {wanted}.")
        context.wait(_POLL_SECONDS)


def _sleep(_step: dict[str, Any], inputs: dict[str, Any], context: Context) -> Result:
    if "Timestamp" in inputs:
        until = datetime.fromisoformat(inputs["Timestamp"].replace("Z", "+00:00"))
        context.wait(max(0.0, (until - datetime.now(UTC)).total_seconds()))
        return Result({})
    found = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", inputs["Duration"])
    if found is None:
        raise Fault("InvalidDuration", f"{inputs['Duration']} is not an ISO 8601 duration.")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    context.wait(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
    return Result({})


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "StringEquals": lambda a, b: str(a) == str(b),
    "EqualsIgnoreCase": lambda a, b: str(a).lower() == str(b).lower(),
    "StartsWith": lambda a, b: str(a).startswith(str(b)),
    "EndsWith": lambda a, b: str(a).endswith(str(b)),
    "Contains": lambda a, b: str(b) in str(a),
    "NumericEquals": lambda a, b: float(a) == float(b),
    "NumericGreater": lambda a, b: float(a) > float(b),
    "NumericLesser": lambda a, b: float(a) < float(b),
    "NumericGreaterOrEquals": lambda a, b: float(a) >= float(b),
    "NumericLesserOrEquals": lambda a, b: float(a) <= float(b),
    "BooleanEquals": lambda a, b: operator.eq(_word(a).lower(), _word(b).lower()),
}


def _branch(step: dict[str, Any], _inputs: dict[str, Any], context: Context) -> Result:
    given = step["inputs"]
    for choice in given["Choices"]:
        if _holds(choice, context.lookup):
            return Result({}, choice["NextStep"])
    return Result({}, given.get("Default"))


def _holds(choice: dict[str, Any], lookup: Lookup) -> bool:
    if "And" in choice:
        return all(_holds(each, lookup) for each in choice["And"])
    if "Or" in choice:
        return any(_holds(each, lookup) for each in choice["Or"])
    if "Not" in choice:
        return not _holds(choice["Not"], lookup)
    value = resolve(choice["Variable"], lookup)
    return any(
        compare(value, resolve(choice[name], lookup))
        for name, compare in _COMPARISONS.items()
        if name in choice
    )


_ACTIONS: dict[str, Callable[[dict[str, Any], dict[str, Any], Context], Result]] = {
    "aws:executeAwsApi": _execute_api,
    "aws:executeScript": lambda _step, inputs, _context: Result(run_script(inputs)),
    "aws:invokeLambdaFunction": _invoke_function,
    "aws:assertAwsResourceProperty": _assert_property,
    "aws:waitForAwsResourceProperty": _wait_property,
    "aws:sleep": _sleep,
    "aws:branch": _branch,
}
