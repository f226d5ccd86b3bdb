"""The observability stack: alarms on the product itself, told by SNS, and a dashboard of the same metrics."""

from collections.abc import Iterable

from aws_cdk import Aws
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from shared.domain.facts import Author
from shared.settings import namespace
from stacks.agents import Agents
from stacks.components.alarm import alarm, metric
from stacks.components.function import Function
from stacks.components.outputs import put_out
from stacks.components.stack import StageStack
from stacks.consensus import Consensus
from stacks.house import House
from stacks.interface import Interface

HALF_DONE = {"Executor": "a remedy is half done", "Reception": "somebody's answer was not written down"}
"""What to look for when a function failed."""
LATE_MILLISECONDS = 60_000
LATE_MINUTES = 3


class Observability(StageStack):
    """What tells people that the incident commander itself is unwell."""

    def __init__(
        self,
        scope: Construct,
        house: House,
        *,
        agents: Agents,
        consensus: Consensus,
        interface: Interface,
    ) -> None:
        super().__init__(scope, "Observability", house.stage)
        self._topic = self._alarm_topic()
        letters = {
            "DeadLetters": house.data.dead_letters,
            "IntakeRuleDeadLetters": interface.rule_letters,
            "ExecutionRuleDeadLetters": consensus.failures.dead_letters,
        }
        members = (*agents.voters, interface.communication, consensus.coordinator)
        fed = {member.author.capitalize(): member.function for member in members}
        fed["Anchor"] = interface.archive.function
        rows = (
            [self._dead_letters(id_, queue) for id_, queue in letters.items()],
            [self._lateness(id_, function) for id_, function in fed.items()],
            list(self._machine(consensus.machine.arn)),
            [
                self._errors("Executor", consensus.executor.function),
                self._errors("Reception", interface.reception.function),
            ],
            [self._quarantine(house.stage.name)],
            list(self._untold(house.stage.name)),
        )
        self._dashboard(rows)
        put_out(self, {"AlarmTopic": self._topic.topic_arn})

    def _alarm_topic(self) -> sns.Topic:
        topic = sns.Topic(self, "Alarms", display_name="Incident Commander's own alarms", enforce_ssl=True)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        return topic

    def _dead_letters(self, id_: str, queue: sqs.Queue) -> cloudwatch.Alarm:
        name = "ApproximateNumberOfMessagesVisible"
        return alarm(
            self,
            f"{id_}Waiting",
            watched=metric("AWS/SQS", name, {"QueueName": queue.queue_name}, "Maximum"),
            above=0,
            topic=self._topic,
            meaning="Something was given up: read the queue, mend the cause, and send it again. Of what a "
            "stream could not deliver it has the place in the stream, which keeps it for a day.",
        )

    def _lateness(self, id_: str, function: Function) -> cloudwatch.Alarm:
        return alarm(
            self,
            f"{id_}Late",
            watched=metric("AWS/Lambda", "IteratorAge", {"FunctionName": function.name}, "Maximum"),
            above=LATE_MILLISECONDS,
            minutes=LATE_MINUTES,
            topic=self._topic,
            meaning=f"{id_} is more than a minute behind its stream.",
        )

    def _machine(self, arn: str) -> Iterable[cloudwatch.Alarm]:
        for name in ("ExecutionsFailed", "ExecutionsTimedOut"):
            yield alarm(
                self,
                f"Incident{name}",
                watched=metric("AWS/States", name, {"StateMachineArn": arn}, "Sum"),
                above=0,
                topic=self._topic,
                meaning="An incident's execution ended by itself: see whether the coordinator took over.",
            )

    def _errors(self, id_: str, function: Function) -> cloudwatch.Alarm:
        return alarm(
            self,
            f"{id_}Errors",
            watched=metric("AWS/Lambda", "Errors", {"FunctionName": function.name}, "Sum"),
            above=0,
            topic=self._topic,
            meaning=f"{id_} failed: look at its log, and whether {HALF_DONE[id_]}.",
        )

    def _quarantine(self, stage: str) -> cloudwatch.Alarm:
        return alarm(
            self,
            "AgentQuarantined",
            watched=metric(namespace(stage), "Quarantined", {"service": Author.COORDINATOR.value}, "Sum"),
            above=0,
            topic=self._topic,
            meaning="An agent showed a Byzantine sign: `commander explain` has the proof.",
        )

    def _untold(self, stage: str) -> Iterable[cloudwatch.Alarm]:
        meanings = {
            (
                "NotificationFailed",
                Author.COORDINATOR,
            ): "A channel did not take a message, and the next one had "
            "its turn: `NotificationFailed` in the incident's log has the reason.",
            (
                "Undelivered",
                Author.COMMUNICATION,
            ): "People may not hear of incidents: look at the function's log.",
            (
                "Unanswered",
                Author.RECEPTION,
            ): "Somebody answered and was not told what came of it: look at the function's log.",
        }
        for (name, function), meaning in meanings.items():
            yield alarm(
                self,
                name,
                watched=metric(namespace(stage), name, {"service": function.value}, "Sum"),
                above=0,
                topic=self._topic,
                meaning=meaning,
            )

    def _dashboard(self, rows: Iterable[list[cloudwatch.Alarm]]) -> None:
        dashboard = cloudwatch.Dashboard(self, "Health")
        titles = (
            "Dead letters",
            "Behind their stream",
            "Executions that broke",
            "Errors",
            "Quarantine",
            "Not told",
        )
        for title, row in zip(titles, rows, strict=True):
            dashboard.add_widgets(
                cloudwatch.AlarmStatusWidget(title=f"{title}: alarms", alarms=list(row), width=8),
                cloudwatch.GraphWidget(title=title, left=[each.metric for each in row], width=16),
            )
