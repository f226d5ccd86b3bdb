"""Executions in this process."""

from shared.ports.executions import Execution


class MemoryExecutions:
    """`ended` has the names of those that do not run any more."""

    def __init__(self, *executions: Execution) -> None:
        self.executions = list(executions)
        self.ended: set[str] = set()

    def running(self) -> tuple[Execution, ...]:
        """Those that have not ended, newest first."""
        return tuple(one for one in self.latest(1_000) if one.name not in self.ended)

    def latest(self, most: int) -> tuple[Execution, ...]:
        """The newest, whatever became of them."""
        return tuple(sorted(self.executions, key=lambda one: one.started_at, reverse=True)[:most])
