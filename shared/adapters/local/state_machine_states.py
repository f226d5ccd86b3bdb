"""The states of Amazon States Language, as generators that are resumed when something may have happened.

Semantics: https://states-language.net/spec.html and, for variables,
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html: every expression of a
state sees the variables as they were on entry; a branch reads the outer ones, and its own stay inside.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.adapters.local.state_machine_jsonata import QUERY_FAILED, StateError, fill
from shared.adapters.local.state_machine_tasks import Bench, Steps, Visit, task

UNCATCHABLE = frozenset({"States.Runtime", "States.DataLimitExceeded"})


@dataclass(frozen=True)
class Exit:
    """How a state was left."""

    next: str | None
    output: Any
    assigned: dict[str, Any]
    error: str = ""


def graph(bench: Bench, machine: dict[str, Any], given: Any, outer: dict[str, Any]) -> Steps:
    """Run a machine, or a branch of one, from its start to an end; its output.

    Raises:
        StateError: a Fail state, or an error that nothing caught.
    """
    variables = dict(outer)
    name: str | None = machine["StartAt"]
    while name is not None:
        left: Exit = yield from _visit(bench, name, machine["States"][name], given, variables)
        variables.update(left.assigned)
        name, given = left.next, left.output
    return given


def _visit(bench: Bench, name: str, state: dict[str, Any], given: Any, variables: dict[str, Any]) -> Steps:
    entered = bench.clock.now()
    execution = bench.execution
    context = {
        "Execution": {
            "Name": execution.name,
            "Input": execution.input,
            "StartTime": execution.started_at.isoformat(),
        },
        "State": {"Name": name, "EnteredTime": entered.isoformat()},
    }
    states = {"input": given, "context": context}
    try:
        left: Exit = yield from ACTIONS[state["Type"]](bench, state, variables, states)
    except StateError as problem:
        execution.history.append(Visit(name, entered, None, problem.error))
        raise
    execution.history.append(Visit(name, entered, left.output, left.error))
    return left


def _leave(
    rule: dict[str, Any], variables: dict[str, Any], states: dict[str, Any], default: Any, to: str | None
) -> Exit:
    names = {**variables, "states": states}
    output = fill(rule["Output"], names) if "Output" in rule else default
    return Exit(next=to, output=output, assigned=fill(rule.get("Assign", {}), names))


def _pass(bench: Bench, state: dict[str, Any], variables: dict[str, Any], states: dict[str, Any]) -> Steps:
    yield from ()
    return _leave(state, variables, states, states["input"], state.get("Next"))


def _wait(bench: Bench, state: dict[str, Any], variables: dict[str, Any], states: dict[str, Any]) -> Steps:
    yield from bench.sleep(timedelta(seconds=fill(state["Seconds"], {**variables, "states": states})))
    return _leave(state, variables, states, states["input"], state.get("Next"))


def _fail(bench: Bench, state: dict[str, Any], variables: dict[str, Any], states: dict[str, Any]) -> Steps:
    yield from ()
    names = {**variables, "states": states}
    raise StateError(fill(state.get("Error", ""), names), fill(state.get("Cause", ""), names))


def _choice(bench: Bench, state: dict[str, Any], variables: dict[str, Any], states: dict[str, Any]) -> Steps:
    """The first rule that holds, with its own Assign and Output; the state's own go with Default."""
    yield from ()
    for rule in state["Choices"]:
        holds = fill(rule["Condition"], {**variables, "states": states})
        if not isinstance(holds, bool):
            raise StateError(QUERY_FAILED, f"{rule['Condition']} is not a boolean")
        if holds:
            return _leave(rule, variables, states, states["input"], rule["Next"])
    if "Default" not in state:
        raise StateError("States.NoChoiceMatched", "no rule holds and there is no Default")
    return _leave(state, variables, states, states["input"], state["Default"])


def _parallel(
    bench: Bench, state: dict[str, Any], variables: dict[str, Any], states: dict[str, Any]
) -> Steps:
    """Branches in turn, each as far as it goes; the time that passes is the earliest that one waits for."""
    given = fill(state.get("Arguments", states["input"]), {**variables, "states": states})
    running = dict(enumerate(graph(bench, branch, given, variables) for branch in state["Branches"]))
    results: dict[int, Any] = {}
    try:
        while running:
            wake = []
            for index, branch in list(running.items()):
                try:
                    wake.append(next(branch))
                except StopIteration as done:
                    results[index] = done.value
                    del running[index]
            if running:
                yield min(wake)
    finally:
        for branch in running.values():
            branch.close()
    return [results[index] for index in sorted(results)]


def _attempt(bench: Bench, state: dict[str, Any], variables: dict[str, Any], states: dict[str, Any]) -> Steps:
    """A Task or Parallel with its Retry and Catch."""
    work = task if state["Type"] == "Task" else _parallel
    retried = [0] * len(state.get("Retry", ()))
    while True:
        try:
            result = yield from work(bench, state, variables, states)
            return _leave(state, variables, {**states, "result": result}, result, state.get("Next"))
        except StateError as problem:
            pause = _pause(state, problem.error, retried)
            if pause is None:
                return _caught(state, variables, states, problem)
        yield from bench.sleep(pause)


def _pause(state: dict[str, Any], error: str, retried: list[int]) -> timedelta | None:
    """How long until the next try; None when there is none. Of a full jitter it is the longest."""
    for index, rule in enumerate(state.get("Retry", ())):
        if _matches(rule["ErrorEquals"], error):
            if retried[index] >= rule.get("MaxAttempts", 3):
                return None
            seconds = rule.get("IntervalSeconds", 1) * rule.get("BackoffRate", 2) ** retried[index]
            retried[index] += 1
            return timedelta(seconds=min(seconds, rule.get("MaxDelaySeconds", seconds)))
    return None


def _caught(
    state: dict[str, Any], variables: dict[str, Any], states: dict[str, Any], problem: StateError
) -> Exit:
    shown = {"Error": problem.error, "Cause": problem.cause}
    for rule in state.get("Catch", ()):
        if _matches(rule["ErrorEquals"], problem.error):
            left = _leave(rule, variables, {**states, "errorOutput": shown}, shown, rule["Next"])
            return Exit(left.next, left.output, left.assigned, problem.error)
    raise problem


def _matches(names: list[str], error: str) -> bool:
    if error in names:
        return True
    if error in UNCATCHABLE:
        return False
    return "States.ALL" in names or ("States.TaskFailed" in names and error != "States.Timeout")


ACTIONS = {
    "Task": _attempt,
    "Parallel": _attempt,
    "Choice": _choice,
    "Pass": _pass,
    "Wait": _wait,
    "Succeed": _pass,
    "Fail": _fail,
}
