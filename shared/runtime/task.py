"""Entry point of a function that the state machine calls: one task, by its name."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from shared.domain.errors import CommandRefused
from shared.runtime.observed import logger

Task = Callable[[Mapping[str, Any]], dict[str, Any]]


def task_handler(tasks: Callable[[], Mapping[str, Task]]) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """A Lambda handler; what a task raises fails the state under the error's own name."""
    made = cache(tasks)

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        task = made().get(str(event.get("task")))
        if task is None:
            raise CommandRefused(f"there is no task {event.get('task')!r}")
        answer = task(event)
        logger.info("task", extra={"task": event["task"], "incident": event.get("incident_id")})
        return answer

    return handler
