"""EventBridge rules that feed a function, with its dead-letter queue beside it."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.components.dead_letters import dead_letter_queue
from stacks.components.function import Function


class Rule(Construct):
    """What EventBridge could not deliver within an hour waits in `dead_letters`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        function: Function,
        pattern: events.EventPattern,
        dead_letters: sqs.Queue | None = None,
    ) -> None:
        super().__init__(scope, id_)
        # In the rule's own stack: its policy names the rule, and a queue elsewhere would close a cycle.
        self.dead_letters = dead_letters or dead_letter_queue(self, "DeadLetters")
        fed = _target(function, self.dead_letters, retries=3, age=Duration.hours(1))
        events.Rule(self, "Rule", event_pattern=pattern, targets=[fed])


class Schedule(Construct):
    """Every so many minutes; what could not be delivered is not kept long, since the next time comes."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        function: Function,
        dead_letters: sqs.Queue | None = None,
        every: Duration | None = None,
    ) -> None:
        super().__init__(scope, id_)
        rate = every or Duration.minutes(1)
        fed = _target(function, dead_letters, retries=0, age=Duration.minutes(1))
        events.Rule(self, "Rule", schedule=events.Schedule.rate(rate), targets=[fed])


def _target(
    function: Function, dead_letters: sqs.Queue | None, *, retries: int, age: Duration
) -> targets.LambdaFunction:
    return targets.LambdaFunction(
        function.resource, dead_letter_queue=dead_letters, retry_attempts=retries, max_event_age=age
    )
