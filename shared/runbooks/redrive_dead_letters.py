"""Move the messages of a dead-letter queue back to the queue that they came from; nothing is ever purged.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
"""

import re

from pydantic import JsonValue

from shared.domain.mechanism import Approach, Cause, Symptom
from shared.domain.proposal import Proposal
from shared.domain.runbook import (
    Feasible,
    Grant,
    Infeasible,
    Observation,
    Parameter,
    Remedy,
    Reversibility,
    Runbook,
    State,
    Subject,
)
from shared.domain.service import Measure
from shared.runbooks.catalogue_documents import api_document
from shared.runbooks.catalogue_observations import looks

MOST = 2_500
"""Messages: at the rate below they have moved before the session ends."""
RATE = 50
"""Messages a second, so that their return is no flood."""
BACKLOG = 1_000
"""Messages that wait at the source: with more of them its consumer has enough to do."""
NAME = "[A-Za-z0-9_-]{1,80}"  # without .fifo: a redrive would spoil the order
ARN = rf"arn:aws:sqs:[a-z0-9-]+:[0-9]{{12}}:{NAME}"
PARAMETERS = {
    "QueueArn": Parameter(pattern=ARN, description="ARN of the dead-letter queue"),
    "SourceArn": Parameter(pattern=ARN, description="ARN of the queue that they go back to"),
}


def _waiting(queue: str, name: str) -> tuple[Observation, ...]:
    """How many messages wait in the queue whose URL another observation found."""
    arguments: dict[str, JsonValue] = {
        "QueueUrl": f"{{{queue}}}",
        "AttributeNames": ["ApproximateNumberOfMessages"],
    }
    select = {name: "to_number(Attributes.ApproximateNumberOfMessages)"}
    return looks("sqs", "GetQueueAttributes", arguments, select)


RUNBOOK = Runbook(
    id="redrive-dead-letters",
    version=1,
    family="replay",
    title="Move dead letters back to their queue",
    resource="dead_letter_queue",
    target_pattern=rf"(?P<QueueArn>arn:aws:sqs:[a-z0-9-]+:[0-9]{{12}}:(?P<QueueName>{NAME}))",
    target_arn="arn:aws:sqs:{region}:{account}:*",
    observe=(
        *looks("sqs", "GetQueueUrl", {"QueueName": "{QueueName}"}, {"url": "QueueUrl"}),
        *_waiting("url", "messages"),
        *looks(
            "sqs",
            "ListDeadLetterSourceQueues",
            {"QueueUrl": "{url}"},
            {"sources": "queueUrls", "source": "queueUrls[0]"},
        ),
        *_waiting("source", "backlog"),
        *looks(
            "sqs",
            "ListMessageMoveTasks",
            {"SourceArn": "{QueueArn}"},
            {"moves": "length((Results || `[]`)[?Status=='RUNNING' || Status=='CANCELLING'])"},
        ),
    ),
    parameters=PARAMETERS,
    causes=frozenset({Cause.DEAD_LETTERS}),
    symptoms=frozenset({Symptom.ERRORS}),
    approach=Approach.REPLACE,
    relieves=Measure.ERRORS,
    actions=(
        "sqs:StartMessageMoveTask",
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
    ),
    also=(
        Grant(
            actions=("sqs:SendMessage",),
            resource="{SourceArn}",
            most="arn:aws:sqs:{region}:{account}:*",
        ),
    ),
    document=api_document(
        "Start to move the messages of a dead-letter queue back to their queue.",
        PARAMETERS,
        "sqs",
        "StartMessageMoveTask",
        {
            "SourceArn": "{{ QueueArn }}",
            "DestinationArn": "{{ SourceArn }}",
            "MaxNumberOfMessagesPerSecond": RATE,
        },
    ),
    reversibility=Reversibility.COMPENSABLE,  # what fails again comes back by the queue's own redrive policy
    touches_data=True,
    inverse=None,
    expected_seconds=90,
    risk="medium",
)


def prepare(subject: Subject) -> Feasible | Infeasible:
    """Back to the one queue that they came from, if they are not too many and its consumer keeps up."""
    reason = "the target is not a standard queue"
    if re.fullmatch(RUNBOOK.target_pattern, subject.target):
        reason = _obstacle(subject.state)
    if reason:
        return Infeasible(reason=reason)
    messages, backlog = int(subject.state["messages"]), int(subject.state["backlog"])
    queue = _name(subject.state["source"])
    return Feasible(
        proposal=RUNBOOK.propose(
            subject.service.name,
            subject.target,
            SourceArn=f"{subject.target.rpartition(':')[0]}:{queue}",
        ),
        statement=f"{messages} dead letters came from {queue}, where {backlog} messages wait",
        telling=backlog == 0,
    )


def _obstacle(state: State) -> str:
    messages, sources = state.get("messages"), state.get("sources") or []
    if not messages:
        return "it holds no messages"
    if messages > MOST:
        return f"it holds {messages:g} messages, and {MOST} is the most"
    if len(sources) != 1 or not re.fullmatch(NAME, _name(sources[0])):
        return f"it belongs to {len(sources)} queues, and takes standard messages of one"
    if state.get("moves"):
        return "its messages are being moved already"
    if state.get("backlog") is None or state["backlog"] > BACKLOG:
        return f"{state.get('backlog')} messages wait at their queue, and {BACKLOG} is the most"
    return ""


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def effect(_proposal: Proposal, _before: State) -> dict[str, int]:
    """No dead letter is left, and none is under way."""
    return {"messages": 0, "moves": 0}


def expect(_proposal: Proposal, _state: State, _value: float, baseline: float) -> float:
    """What failed once is done at the second attempt, if what made it fail is over."""
    return baseline


def undo(_done: Proposal, _before: State) -> None:
    """What fails again comes back by itself; what has been done is done."""


REMEDY = Remedy(runbook=RUNBOOK, prepare=prepare, effect=effect, expect=expect, undo=undo, compare=())
