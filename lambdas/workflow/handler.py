"""The state machine's own tasks: AWS entry point."""

from shared.composition.workflow import tasks
from shared.runtime.task import task_handler

handler = task_handler(tasks)
