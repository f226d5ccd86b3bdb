"""The executor on AWS: the only function that may assume a runbook's role."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from shared.adapters.aws.clients import client, session_client
from shared.adapters.aws.iam_permissions import IamPermissions
from shared.adapters.aws.ssm_executor import SsmExecutor
from shared.adapters.local.memory_permissions import NoPermissions
from shared.composition import aws, policy
from shared.domain.naming import Accounts
from shared.ports.event_store import Distrust, EventStore
from shared.ports.executor import Executor
from shared.ports.permissions import Permissions
from shared.runbooks.catalogue import remedies
from shared.settings import Setting, read
from shared.workflow.dispatch import executor_tasks
from shared.workflow.execution import Execution
from shared.workflow.leases import Leases
from shared.workflow.preparing import Preparing
from shared.workflow.proof import Proof
from shared.workflow.sandbox import Sandbox
from shared.workflow.watching import Watching

LOCAL = "local"
"""The stage whose simulator knows neither boundaries nor conditions."""
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
    proof = Proof(aws.verifier(), aws.CLOCK, remedies(), policy.controls(), aws.rules())
    leases = Leases(store, distrust, aws.locks(), aws.catalogue(), proof)
    preparing = Preparing(
        store=store,
        distrust=distrust,
        clock=aws.CLOCK,
        remedies=remedies(),
        catalogue=aws.catalogue(),
        telemetry=aws.telemetry(),
        resources=aws.resources(),
        executor=executor,
        permissions=_permissions(),
        proof=proof,
        leases=leases,
        sandbox=_sandbox(store, distrust, executor),
    )
    execution = Execution(
        store=store,
        distrust=distrust,
        clock=aws.CLOCK,
        remedies=remedies(),
        executor=executor,
        resources=aws.resources(),
        catalogue=aws.catalogue(),
        proof=proof,
        leases=leases,
        history=policy.history(),
        known=aws.known_good(),
        actions_per_hour=policy.config().actions_per_hour,
    )
    window = timedelta(seconds=int(read(Setting.WATCH_SECONDS)))
    watching = Watching(store, distrust, aws.CLOCK, aws.catalogue(), aws.telemetry(), window)
    return executor_tasks(leases, preparing, execution, watching)


def _permissions() -> Permissions:
    if read(Setting.STAGE) == LOCAL:
        return NoPermissions("the local AWS simulates no permissions boundaries")
    return IamPermissions(aws.reach(), lambda place: aws.looks().at(place, "iam"))


def _sandbox(store: EventStore, distrust: Distrust, executor: Executor) -> Sandbox | None:
    """Where remedies are tried first, if the stage has such an account."""
    account = Accounts.model_validate_json(read(Setting.ACCOUNTS)).sandbox
    if account is None:
        return None
    return Sandbox(store, distrust, remedies(), executor, aws.resources(), account)
