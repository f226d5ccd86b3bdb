"""Step Functions: branches of their own, timeouts, heartbeats, and callbacks that can fail.

On AWS every branch of a Parallel and every item of a Map has a scope and a task token of its own, `Succeed`
has an `Output`, TimeoutSeconds may be an expression, a missed heartbeat and a Lambda that raises fail their
state, and a machine's TimeoutSeconds ends it. ministack 1.5.33 shares one context between branches, so that
task tokens cross under load, and lacks the rest. Each function below is deleted when a release does what
its first line says.
"""

from __future__ import annotations

import contextvars
import json
import threading
import time
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions as states

from scripts.local_aws.fillers.step_functions_parallel import install_parallel

_execution: contextvars.ContextVar[dict[str, Any] | None] = contextvars.ContextVar("execution", default=None)
_in_branch: contextvars.ContextVar[bool] = contextvars.ContextVar("in_branch", default=False)
_waiting: contextvars.ContextVar[Callable[[Any], None] | None] = contextvars.ContextVar(
    "waiting", default=None
)

token_machines: dict[str, str] = {}
"""Task token -> ARN of its state machine: what states:SendTask* is authorised against."""


def current_machine_role() -> str | None:
    """ARN of the role of the state machine on whose behalf this code runs, if there is one."""
    execution = _execution.get()
    machine = states._state_machines.get(execution["stateMachineArn"]) if execution else None
    return str(machine["roleArn"]) if machine else None


def install() -> None:
    """Apply every fix to ministack's interpreter."""
    _install_branch_scope(states)
    _install_branch_history(states)
    _install_expression_timeouts(states)
    _install_callbacks(states)
    _install_succeed_output(states)
    _install_machine_timeout(states)
    _install_uncaught_errors(states)
    install_parallel(states)


def _install_branch_scope(states: Any) -> None:
    """A branch reads the variables around it and shares nothing else, its task token least of all."""
    inner = states._run_sub_machine

    def run(definition: Any, start_at: str, raw: Any, execution: Any, ctx: dict[str, Any]) -> Any:
        scope = {**ctx, "variables": dict(ctx.get("variables") or {})}
        reset = _in_branch.set(True)
        try:
            return inner(definition, start_at, raw, execution, scope)
        finally:
            _in_branch.reset(reset)

    states._run_sub_machine = run


def _install_branch_history(states: Any) -> None:
    """States inside branches are in the execution's history, and event ids are unique."""
    add, lock = states._add_event, threading.Lock()

    def add_event(*args: Any) -> Any:
        with lock:
            return add(*args)

    def recorded(kind: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        def run(state: Any, raw: Any, *rest: Any) -> Any:
            ctx = rest[-1]
            if not _in_branch.get() or not ctx:
                return inner(state, raw, *rest)
            execution, name = states._executions.get(ctx["Execution"]["Id"]), ctx["State"]["Name"]
            entered = {"name": name, "input": json.dumps(raw)}
            add_event(execution, f"{kind}StateEntered", {"stateEnteredEventDetails": entered})
            output = inner(state, raw, *rest)
            exited = {"name": name, "output": json.dumps(output[0])}
            add_event(execution, f"{kind}StateExited", {"stateExitedEventDetails": exited})
            return output

        return run

    states._add_event = add_event
    for kind in ("Pass", "Task", "Choice", "Wait", "Parallel", "Map"):
        name = f"_execute_{kind.lower()}"
        setattr(states, name, recorded(kind, getattr(states, name)))


def _install_expression_timeouts(states: Any) -> None:
    """TimeoutSeconds and HeartbeatSeconds may be JSONata expressions or, in JSONPath, paths."""
    inner = states._execute_task

    def execute_task(state: dict[str, Any], raw: Any, execution: Any, ctx: dict[str, Any]) -> Any:
        evaluated = dict(state)
        for field in ("TimeoutSeconds", "HeartbeatSeconds"):
            if isinstance(state.get(field), str):
                evaluated[field] = states._jsonata_state_field(state, field, "number", raw, ctx)
            elif f"{field}Path" in state:
                evaluated[field] = states._resolve_path_or_ctx(state[f"{field}Path"], raw, ctx)
        _execution.set(execution)
        return inner(evaluated, raw, execution, ctx)

    states._execute_task = execute_task


def _install_callbacks(states: Any) -> None:
    """A waiting task fails when its Lambda raises, when its heartbeat stops, and when its execution ends."""
    inner, call = states._invoke_with_callback, states._call_lambda

    def invoke(resource: str, data: Any, token: str, state: dict[str, Any]) -> Any:
        execution = _execution.get() or {}
        token_machines[token] = execution.get("stateMachineArn", "*")
        done = threading.Event()

        def fail(error: Any) -> None:
            entry = states._task_tokens.get(token)
            if entry and not entry["event"].is_set():
                entry["error"] = {"Error": error.error, "Cause": error.cause}
                entry["event"].set()

        args = (states, token, state.get("HeartbeatSeconds"), execution, fail, done)
        threading.Thread(target=_watch_callback, args=args, daemon=True, name="sfn-callback").start()
        reset = _waiting.set(fail)
        try:
            return inner(resource, data, token, state)
        finally:
            _waiting.reset(reset)
            done.set()

    def call_lambda(reference: str, event: Any) -> Any:
        fail = _waiting.get()
        if fail is None:
            return call(reference, event)
        _waiting.set(None)
        try:
            return call(reference, event)
        except states._ExecutionError as error:
            fail(error)
            raise

    states._invoke_with_callback, states._call_lambda = invoke, call_lambda


def _watch_callback(
    states: Any, token: str, heartbeat: float | None, execution: Any, fail: Any, done: threading.Event
) -> None:
    seen, last = None, time.monotonic()
    while not done.wait(0.1):
        entry = states._task_tokens.get(token)
        if entry and entry["heartbeat"] != seen:
            seen, last = entry["heartbeat"], time.monotonic()
        if heartbeat and time.monotonic() - last > heartbeat:
            fail(states._ExecutionError("States.HeartbeatTimeout", "Task timed out waiting for a heartbeat"))
        elif execution.get("status", "RUNNING") != "RUNNING":
            fail(states._ExecutionError("States.Timeout", "The execution has ended"))


def _install_succeed_output(states: Any) -> None:
    """A Succeed state has an Output in JSONata."""
    inner = states._apply_output_path

    def apply(state: dict[str, Any], data: Any, ctx: Any = None) -> Any:
        if state.get("Type") == "Succeed" and states._state_query_language(state, ctx) == "JSONata":
            return states._apply_jsonata_output(state, data, ctx, default=data)
        return inner(state, data, ctx)

    states._apply_output_path = apply


def _install_machine_timeout(states: Any) -> None:
    """A machine's TimeoutSeconds ends its execution as TIMED_OUT; an execution ends once."""
    run, fail = states._run_execution, states._fail_execution

    def time_out(execution: dict[str, Any]) -> None:
        if execution["status"] != "RUNNING":
            return
        execution.update(status="TIMED_OUT", error="States.Timeout", stopDate=states.now_iso())
        states._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
        states._emit_execution_status_event(execution)

    def run_execution(arn: str) -> None:
        execution = states._executions.get(arn) or {}
        machine = states._state_machines.get(execution.get("stateMachineArn")) or {}
        seconds = json.loads(machine.get("definition") or "{}").get("TimeoutSeconds")
        if not seconds:
            run(arn)
            return
        context = contextvars.copy_context()
        timer = threading.Timer(seconds, context.run, (time_out, execution))
        timer.daemon = True
        timer.start()
        try:
            run(arn)
        finally:
            timer.cancel()

    def fail_execution(execution: dict[str, Any], error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    states._run_execution, states._fail_execution = run_execution, fail_execution


def _install_uncaught_errors(states: Any) -> None:
    """States.ALL catches neither States.DataLimitExceeded nor States.Runtime."""
    inner = states._error_matches

    def matches(error_equals: list[str], error: str) -> bool:
        if error in ("States.DataLimitExceeded", "States.Runtime"):
            return error in error_equals
        return bool(inner(error_equals, error))

    states._error_matches = matches
