"""What a Task does: call a function, and for a callback task wait for its token to be completed."""

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeAlias

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.state_machine_jsonata import StateError, fill, plain

Function: TypeAlias = Callable[[dict[str, Any]], Any]
Steps: TypeAlias = Generator[datetime, None, Any]
"""Work that says until when it would sleep, and is resumed whenever something may have happened."""

INVOKE = "arn:aws:states:::lambda:invoke"
CALLBACK = f"{INVOKE}.waitForTaskToken"
TIMEOUT = "States.Timeout"
NO_LIMIT = 99_999_999  # seconds: the service's own default


class Tokens:
    """The task tokens that are open, and the answers that came for them."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._answers: dict[str, list[Any]] = {}

    def open(self, execution: str) -> str:
        """A fresh token."""
        token = f"{execution}/{next(self._numbers)}"
        self._answers[token] = []
        return token

    def complete(self, token: str, output: Any) -> None:
        """Keep the first answer; one for a token that is not open is ignored."""
        if self._answers.get(token) == []:
            self._answers[token] = [plain(output)]

    def answers(self, token: str) -> list[Any]:
        """The answer, or nothing yet."""
        return self._answers[token]

    def close(self, token: str) -> None:
        """Let go of a token; whatever comes for it later is ignored."""
        self._answers.pop(token, None)


@dataclass(frozen=True)
class Visit:
    """One state that was entered and left."""

    state: str
    entered_at: datetime
    output: Any
    error: str = ""  # what went wrong inside it, caught or not


@dataclass
class Execution:
    """One run of the machine."""

    name: str
    input: Any
    started_at: datetime
    status: str = "RUNNING"  # then SUCCEEDED or FAILED
    output: Any = None
    error: str = ""
    cause: str = ""
    history: list[Visit] = field(default_factory=list)


@dataclass(frozen=True)
class Bench:
    """What the states of one execution work with."""

    functions: Mapping[str, Function]
    clock: ManualClock
    tokens: Tokens
    execution: Execution

    def sleep(self, span: timedelta) -> Steps:
        """Nothing, for a while."""
        until = self.clock.now() + span
        while self.clock.now() < until:
            yield until


def task(bench: Bench, state: dict[str, Any], variables: dict[str, Any], states: dict[str, Any]) -> Steps:
    """The task's result.

    Raises:
        StateError: the function raised (its class name, as Lambda reports it), or time ran out.
    """
    if state["Resource"] != CALLBACK:
        return (yield from _invoke(bench, state, {**variables, "states": states}))
    token = bench.tokens.open(bench.execution.name)
    try:
        context = {**states["context"], "Task": {"Token": token}}
        names = {**variables, "states": {**states, "context": context}}
        return (yield from _callback(bench, state, names, token))
    finally:
        bench.tokens.close(token)


def _invoke(bench: Bench, state: dict[str, Any], names: dict[str, Any]) -> Steps:
    until = _deadline(bench, state, names)
    payload = _call(bench, fill(state["Arguments"], names))
    if bench.clock.now() > until:
        raise StateError(TIMEOUT, "the function took longer than TimeoutSeconds")
    yield from ()
    return {"ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200}


def _callback(bench: Bench, state: dict[str, Any], names: dict[str, Any], token: str) -> Steps:
    until = _deadline(bench, state, names)
    _call(bench, fill(state["Arguments"], names))
    while not bench.tokens.answers(token):
        if bench.clock.now() >= until:
            raise StateError(TIMEOUT, "nobody completed the token within TimeoutSeconds")
        yield until
    return bench.tokens.answers(token)[0]


def _deadline(bench: Bench, state: dict[str, Any], names: dict[str, Any]) -> datetime:
    return bench.clock.now() + timedelta(seconds=fill(state.get("TimeoutSeconds", NO_LIMIT), names))


def _call(bench: Bench, arguments: dict[str, Any]) -> Any:
    try:
        return plain(bench.functions[arguments["FunctionName"]](arguments.get("Payload", {})))
    except StateError:
        raise
    except Exception as problem:  # the function's edge: Lambda reports whatever it raised
        name = type(problem).__name__
        raise StateError(name, json.dumps({"errorMessage": str(problem), "errorType": name})) from problem
