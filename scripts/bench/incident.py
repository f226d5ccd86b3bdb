"""One incident of the demo in the local AWS: how long a decision takes, and what its orchestration costs."""

import io
from dataclasses import dataclass

from scripts.demo.play import perform
from scripts.demo.stage import Stage, deployed
from scripts.demo.voice import Voice
from scripts.local_aws.process import LocalAws
from scripts.patient.storefront import Storefront
from scripts.scenarios import get
from scripts.terminal import Console
from shared.domain.errors import CommanderError
from shared.domain.events import Event

USD_A_TRANSITION = 25e-6
"""Standard workflows in us-east-1, after https://aws.amazon.com/step-functions/pricing/."""


class NoIncident(CommanderError):
    """The scenario opened no incident, so there is nothing to measure."""


@dataclass(frozen=True)
class Measured:
    """An incident's log, and its execution in numbers."""

    events: tuple[Event, ...]
    outcome: str
    ballots: int
    ballot_to_decision: float | None  # seconds, from the last ballot; None when nothing was decided
    steps_before: float | None  # seconds, from the decision to the session: policy, lock, rehearsal, STS
    automation: float | None  # seconds that Systems Manager itself took
    steps_after: float | None  # seconds, from the automation's end until its effect was seen and written
    transitions: int
    retries: int

    @property
    def usd(self) -> float:
        """What the state machine costs: a retry is charged as a transition."""
        return (self.transitions + self.retries) * USD_A_TRANSITION


def measured(aws: LocalAws) -> Measured:
    """The database cascade, played once.

    Raises:
        NoIncident: it was left alone.
    """
    storefront = Storefront(aws)
    storefront.create()
    stage = deployed(aws, lambda _line: None)
    stage.watch_over(storefront.catalogue)
    with storefront:
        run = perform(get("database_cascade"), stage, storefront, Voice(Console(file=io.StringIO())))
    if run.incident is None:
        raise NoIncident("the scenario opened no incident: see `commander demo`")
    events = stage.events(run.incident.id)
    transitions, retries = _history(stage, run.incident.execution)
    before, automation, after = _steps(stage, events)
    return Measured(
        events=events,
        outcome=run.incident.status.value,
        ballots=sum(one.type == "BallotCast" for one in events),
        ballot_to_decision=_waited(events),
        steps_before=before,
        automation=automation,
        steps_after=after,
        transitions=transitions,
        retries=retries,
    )


def _history(stage: Stage, execution: str) -> tuple[int, int]:
    """(states entered, attempts beyond the first) of an execution."""
    machine = stage.outputs["StateMachineArn"]
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{execution}"
    pages = stage.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
    types = [event["type"] for page in pages for event in page["events"]]
    entered = sum(one.endswith("StateEntered") for one in types)
    return entered, max(0, types.count("TaskScheduled") - types.count("TaskStateEntered"))


def _waited(events: tuple[Event, ...]) -> float | None:
    decided = next((one for one in events if one.type == "ConsensusReached"), None)
    if decided is None:
        return None
    cast = [one.occurred_at for one in events if one.type == "BallotCast" and one.version < decided.version]
    return (decided.occurred_at - max(cast)).total_seconds()


def _steps(stage: Stage, events: tuple[Event, ...]) -> tuple[float, float, float] | tuple[None, None, None]:
    """What our own steps add before and after the automation, and its own time between them, in seconds."""
    at = {one.type: one for one in reversed(events)}
    if not {"ConsensusReached", "CredentialsIssued", "ActionCompleted"} <= at.keys():
        return None, None, None
    completed = at["ActionCompleted"]
    run = stage.client("ssm").get_automation_execution(AutomationExecutionId=completed.data["automation_id"])[
        "AutomationExecution"
    ]
    began, ended = run["ExecutionStartTime"], run["ExecutionEndTime"]
    return (
        (at["CredentialsIssued"].occurred_at - at["ConsensusReached"].occurred_at).total_seconds(),
        (ended - began).total_seconds(),
        (completed.occurred_at - ended).total_seconds(),
    )
