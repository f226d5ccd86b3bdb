"""The state machine's own tasks on AWS."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from shared.composition import aws, policy
from shared.composition.judging import judging
from shared.domain.approval import ballots_last
from shared.runbooks.catalogue import remedies
from shared.settings import Setting, read
from shared.workflow.asking import Asking
from shared.workflow.asking_people import AskingPeople
from shared.workflow.authorisation import Authorisation
from shared.workflow.closing import Closing
from shared.workflow.deliberation import Deliberation
from shared.workflow.dispatch import workflow_tasks

Task = Callable[[Mapping[str, Any]], dict[str, Any]]


def tasks() -> Mapping[str, Task]:
    """What the state machine calls on the workflow function."""
    store, trust = aws.store(), aws.trust()
    vigilance = aws.vigilance()
    store_of = (store, trust.distrust)
    wait = timedelta(seconds=int(read(Setting.APPROVAL_SECONDS)))
    deliberation = Deliberation(
        store,
        aws.verifier(),
        aws.CLOCK,
        remedies(),
        vigilance,
        aws.integrity(),
        trust.distrust,
        ballots_last(wait),
        aws.rules(),
    )
    people = AskingPeople(
        *store_of,
        clock=aws.CLOCK,
        waiting=aws.waiting(),
        workflow=aws.workflow(),
        catalogue=aws.catalogue(),
        resources=aws.resources(),
        remedies=remedies(),
        wait=wait,
    )
    return workflow_tasks(
        deliberation,
        Asking(store, aws.waiting(), aws.workflow(), aws.standing(), aws.CLOCK, trust.distrust),
        Authorisation(*store_of, remedies(), aws.catalogue(), judging().judge, people),
        people,
        Closing(*store_of, aws.catalogue(), aws.CLOCK, vigilance, aws.locks(), policy.controls(), remedies()),
    )
