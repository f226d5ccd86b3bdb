"""Executor: AWS entry point of the only function that acts."""

from shared.composition.executor import tasks
from shared.runtime.task import task_handler

handler = task_handler(tasks)
