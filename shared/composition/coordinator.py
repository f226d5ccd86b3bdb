"""The coordinator on AWS."""

from collections.abc import Mapping
from typing import Any

from shared.composition import aws
from shared.settings import Setting, read
from shared.workflow.coordination import Coordination
from shared.workflow.ending import Ending
from shared.workflow.fallback import Fallback
from shared.workflow.reckoning import Reckoning


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
        ending=Ending(aws.store(), aws.trust().distrust, aws.catalogue(), aws.CLOCK),
    )


def measuring() -> Reckoning:
    """Counts for the business."""
    return Reckoning(aws.store(), aws.trust().distrust)


def engine_ended(event: Mapping[str, Any]) -> str:
    """React to an execution that ended other than well."""
    detail = event["detail"]
    coordination().engine_ended(str(detail["name"]), str(detail["status"]))
    return str(detail["status"])
