"""Runs our state machine in this process on simulated time: the definition that AWS gets, nothing beside it.

Ours, because no library does it: aws-stepfunctions-toolkit asks AWS, pyaslengine knows no JSONata.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.state_machine_definition import checked, load
from shared.adapters.local.state_machine_jsonata import StateError, plain
from shared.adapters.local.state_machine_states import graph
from shared.adapters.local.state_machine_tasks import Bench, Execution, Function, Steps, Tokens, Visit

__all__ = ["Execution", "StateError", "StateMachine", "Visit", "load"]


class StateMachine:
    """The port `Workflow`, with executions that move when `drive` is called.

    Args:
        definition: as `load` returns it.
        functions: what each `FunctionName` is; whatever one raises fails its task under the class's name.
        pump: delivers the messages that wait, to agents and from them; whether there were any.

    Raises:
        NotImplementedError: the definition has something that the runner has not; the message names it.
        InvalidConfiguration: it calls a function that is not there.
    """

    def __init__(
        self,
        definition: dict[str, Any],
        functions: Mapping[str, Function],
        clock: ManualClock,
        pump: Callable[[], bool],
    ) -> None:
        self._definition = checked(definition, functions)
        self._functions = functions
        self._clock = clock
        self._pump = pump
        self._tokens = Tokens()
        self._running: dict[str, Steps] = {}
        self.executions: dict[str, Execution] = {}

    def start(self, name: str, payload: dict[str, object]) -> bool:
        """Queue an execution for `drive`; False when one of this name runs or ran."""
        if name in self.executions:
            return False
        execution = Execution(name=name, input=plain(payload), started_at=self._clock.now())
        bench = Bench(self._functions, self._clock, self._tokens, execution)
        self.executions[name] = execution
        self._running[name] = graph(bench, self._definition, execution.input, {})
        return True

    def complete(self, token: str, output: dict[str, object]) -> None:
        """Complete a waiting state; a token that is spent or expired is ignored."""
        self._tokens.complete(token, output)

    def run(self, name: str, payload: dict[str, object]) -> Execution:
        """Start one execution and drive until nothing runs any more."""
        if not self.start(name, payload):
            raise ValueError(f"an execution named {name!r} runs or ran")
        self.drive()
        return self.executions[name]

    def drive(self) -> None:
        """Run whatever runs to its end: states, then messages, and time only when neither has anything to do.

        Every execution goes as far as it can before a message is delivered, so the branches of a
        Parallel have all asked by then, and time moves to the earliest instant that one waits for.
        """
        while self._running:
            wake = [until for name in list(self._running) if (until := self._step(name)) is not None]
            if not self._pump() and wake:
                self._clock.advance(max(min(wake) - self._clock.now(), timedelta(0)))

    def _step(self, name: str) -> datetime | None:
        """Resume one execution; until when it waits, None when it has ended."""
        execution = self.executions[name]
        try:
            return next(self._running[name])
        except StopIteration as done:
            execution.status, execution.output = "SUCCEEDED", done.value
        except StateError as problem:
            execution.status, execution.error, execution.cause = "FAILED", problem.error, problem.cause
        del self._running[name]
        return None
