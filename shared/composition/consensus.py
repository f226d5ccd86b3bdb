"""The coordinator and the state machine's own tasks, on AWS."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.composition import aws
from shared.runbooks.catalogue import remedies
from shared.settings import Setting, read
from shared.workflow.coordination import Coordination
from shared.workflow.deliberation import Deliberation
from shared.workflow.dispatch import workflow_tasks
from shared.workflow.fallback import Fallback
from shared.workflow.tasks import Asking, Authorisation, Autonomy, Closing

Task = Callable[[Mapping[str, Any]], dict[str, Any]]


def coordination() -> Coordination:
    """Follows the log."""
    return Coordination(
        store=aws.store(),
        trust=aws.trust(),
        workflow=aws.workflow(read(Setting.STATE_MACHINE_ARN)),
        waiting=aws.waiting(),
        open_incidents=aws.open_incidents(),
        fallback=Fallback(aws.verifier(), aws.CLOCK, aws.rules()),
        vigilance=aws.vigilance(),
    )


def engine_ended(event: Mapping[str, Any]) -> str:
    """React to an execution that ended other than well."""
    detail = event["detail"]
    coordination().engine_ended(str(detail["name"]), str(detail["status"]))
    return str(detail["status"])


def tasks() -> Mapping[str, Task]:
    """What the state machine calls on the workflow function."""
    store, trust = aws.store(), aws.trust()
    vigilance = aws.vigilance()
    deliberation = Deliberation(
        store, aws.verifier(), aws.CLOCK, remedies(), vigilance, aws.integrity(), trust.distrust, aws.rules()
    )
    autonomy = Autonomy(read(Setting.AUTONOMY))
    return workflow_tasks(
        deliberation,
        Asking(store, aws.waiting(), aws.workflow(), aws.standing(), aws.CLOCK, trust.distrust),
        Authorisation(store, trust.distrust, remedies(), aws.catalogue(), autonomy),
        Closing(store, trust.distrust, aws.catalogue(), aws.CLOCK, vigilance),
    )
