"""Step Functions' Parallel state: JSONata fields, and a failed branch that ends its siblings.

On AWS a Parallel evaluates Arguments, Output and Assign, fails as soon as one branch fails, and stops the
others. ministack 1.5.33 ignores the three fields and waits for every branch. Delete this when a release
does it.
"""

from __future__ import annotations

import contextvars
import queue
import threading
from typing import Any

_stops: contextvars.ContextVar[tuple[threading.Event, ...]] = contextvars.ContextVar("stops", default=())


def install_parallel(states: Any) -> None:
    """Replace ministack's Parallel and let a stopped branch end at its next state."""

    def run(state: dict[str, Any], raw: Any, execution: Any, ctx: dict[str, Any]) -> Any:
        if states._state_query_language(state, ctx) == "JSONata":
            results = _run_branches(
                states, state, states._apply_jsonata_arguments(state, raw, ctx), execution, ctx
            )
            output = states._apply_jsonata_output(state, raw, ctx, result=results, default=results)
            states._apply_state_assign(state, raw, ctx, result=results)
            return output, states._next_or_end(state)
        effective = states._apply_parameters(state, states._apply_input_path(state, raw, ctx), ctx)
        results = states._apply_result_selector(
            state, _run_branches(states, state, effective, execution, ctx)
        )
        output = states._apply_output_path(state, states._apply_result_path(state, raw, results), ctx)
        return output, states._next_or_end(state)

    states._run_parallel_branches = run
    _install_stop(states)


def _run_branches(
    states: Any, state: dict[str, Any], given: Any, execution: Any, ctx: dict[str, Any]
) -> list[Any]:
    branches = state.get("Branches", [])
    stopped = threading.Event()
    finished: queue.SimpleQueue[tuple[int, Any, Exception | None]] = queue.SimpleQueue()

    def run(index: int, branch: dict[str, Any]) -> None:
        try:
            output = states._run_sub_machine(branch["States"], branch["StartAt"], given, execution, ctx)
            finished.put((index, output, None))
        except Exception as error:  # noqa: BLE001 - a thread's edge: the error travels to the Parallel state
            finished.put((index, None, error))

    for index, branch in enumerate(branches):
        context = contextvars.copy_context()
        context.run(_stops.set, (*_stops.get(), stopped))
        threading.Thread(target=context.run, args=(run, index, branch), daemon=True).start()
    results: list[Any] = [None] * len(branches)
    for _ in branches:
        index, results[index], failure = finished.get()
        if failure is not None:
            stopped.set()
            raise _as_execution_error(states, failure)
    return results


def _as_execution_error(states: Any, failure: Exception) -> Exception:
    if isinstance(failure, states._ExecutionError):
        return failure
    error: Exception = states._ExecutionError("States.BranchFailed", str(failure))
    return error


def _install_stop(states: Any) -> None:
    def stoppable(inner: Any) -> Any:
        def run(state: Any, raw: Any, *rest: Any) -> Any:
            if any(stop.is_set() for stop in _stops.get()):
                raise states._ExecutionError("States.BranchStopped", "A sibling branch failed")
            return inner(state, raw, *rest)

        return run

    for kind in ("pass", "task", "choice", "wait", "parallel", "map"):
        name = f"_execute_{kind}"
        setattr(states, name, stoppable(getattr(states, name)))
