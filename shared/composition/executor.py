"""The executor on AWS: the only function that may assume a runbook's role."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from shared.adapters.aws.clients import client, session_client
from shared.adapters.aws.ssm_executor import SsmExecutor
from shared.composition import aws
from shared.runbooks.catalogue import remedies
from shared.settings import Setting, read
from shared.workflow.dispatch import executor_tasks
from shared.workflow.execution import Execution
from shared.workflow.watching import Watching

Task = Callable[[Mapping[str, Any]], dict[str, Any]]


def tasks() -> Mapping[str, Task]:
    """What the state machine calls on the executor function."""
    store, distrust = aws.store(), aws.trust().distrust
    executor = SsmExecutor(
        aws.reach(),
        client("sts"),
        lambda place: aws.looks().at(place, "ssm"),
        lambda credentials: session_client("ssm", credentials),
        aws.CLOCK,
    )
    execution = Execution(
        store=store,
        distrust=distrust,
        verifier=aws.verifier(),
        clock=aws.CLOCK,
        remedies=remedies(),
        executor=executor,
        resources=aws.resources(),
        rules=aws.rules(),
    )
    window = timedelta(seconds=int(read(Setting.WATCH_SECONDS)))
    watching = Watching(store, distrust, aws.CLOCK, aws.catalogue(), aws.telemetry(), window)
    return executor_tasks(execution, watching)
