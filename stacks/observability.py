"""The observability stack: the health monitor, alarms on the product itself, told by SNS, and dashboards."""

from collections.abc import Iterable

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from shared.domain import measures
from shared.domain.facts import Author
from shared.domain.health import HEALTH, Reading
from shared.settings import namespace
from stacks.agents import Agents
from stacks.components.alarm import alarm, metric
from stacks.components.dashboards import business, operations
from stacks.components.function import Function
from stacks.components.health_alarms import LOOK, health_alarms
from stacks.components.health_monitor import HealthMonitor
from stacks.components.outputs import put_out
from stacks.components.stack import StageStack
from stacks.consensus import Consensus
from stacks.dashboard import Dashboard
from stacks.house import House
from stacks.interface import Interface

HALF_DONE = {
    "Executor": "a remedy is half done",
    "Reception": "somebody's answer was not written down",
    "Answering": "somebody's answer was not written down",
    "Projector": "the dashboard is behind the log: `commander views rebuild` makes it anew",
}
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
        dashboard: Dashboard,
    ) -> None:
        super().__init__(scope, "Observability", house.stage)
        self._topic, self._stage = self._alarm_topic(), house.stage
        letters = {
            "DeadLetters": house.data.dead_letters,
            "IntakeRuleDeadLetters": interface.rule_letters,
            "ExecutionRuleDeadLetters": consensus.failures.dead_letters,
        }
        members = (*agents.voters, interface.communication, consensus.coordinator)
        fed = {member.author.value: member.function for member in members}
        fed["anchor"] = interface.archive.function
        tasks = {each.author.value: each.function for each in (consensus.workflow, consensus.executor)}
        asked = {
            "intake": interface.intake,
            "reception": interface.reception.function,
            "projector": interface.projector.function,
            "dashboard": dashboard.function,
            "answering": dashboard.answering,
        }
        functions = {**fed, **tasks, **asked}
        self.monitor = HealthMonitor(
            self,
            "Monitor",
            house=house,
            archive=interface.archive,
            machine_arn=consensus.machine.arn,
            queues=letters,
            functions=functions,
        )
        rows = {
            "Health": list(health_alarms(self, house.stage.name, self._topic)),
            "Dead letters": [self._dead_letters(id_, queue) for id_, queue in letters.items()],
            "Behind their stream": [self._lateness(id_, function) for id_, function in fed.items()],
            "Executions that broke": list(self._machine(consensus.machine.arn)),
            "Errors": [
                self._errors("Executor", consensus.executor.function),
                self._errors("Reception", interface.reception.function),
                self._errors("Answering", dashboard.answering),
                self._errors("Projector", interface.projector.function),
            ],
            "Quarantine": [self._quarantine(house.stage.name)],
            "Not told": list(self._untold(house.stage.name)),
            "What it costs": [self._spending()],
        }
        operations(self, rows.items(), self._more(functions).items())
        business(self, house.stage.name)
        put_out(
            self,
            {
                "AlarmTopic": self._topic.topic_arn,
                "HealthFunction": self.monitor.function.name,
            },
        )

    def _spending(self) -> cloudwatch.Alarm:
        """Of what incidents cost as the log says, by the day in UTC, as CloudWatch cuts it."""
        service = {"service": Author.COORDINATOR.value}
        return alarm(
            self,
            "Spending",
            watched=metric(namespace(self._stage.name), measures.SPENT, service, "Sum", Duration.days(1)),
            above=self._stage.daily_usd,
            topic=self._topic,
            meaning=f"Incidents have cost us more than {self._stage.daily_usd} USD today, as the log "
            "estimates: see what makes so many (`daily_usd` of the stage is the limit).",
        )

    def _more(self, functions: dict[str, Function]) -> dict[str, list[cloudwatch.Metric]]:
        """What nothing alarms about by itself."""
        name = namespace(self._stage.name)
        return {
            "Dead letters by source": [
                metric(name, "DeadLettered", {"service": source}, "Sum") for source in functions
            ],
            "Function errors": [
                metric("AWS/Lambda", "Errors", {"FunctionName": each.name}, "Sum")
                for each in functions.values()
            ],
            "Quarantined now, and logs verified": [
                metric(name, reading.value, {"service": HEALTH}, "Maximum", LOOK)
                for reading in (Reading.QUARANTINED, Reading.LOGS_VERIFIED)
            ],
        }

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
            meaning="Something was given up: `commander dead-letters list` says what and why. Mend the "
            "cause, then `redrive`; a stream keeps what it could not deliver for a day.",
        )

    def _lateness(self, id_: str, function: Function) -> cloudwatch.Alarm:
        return alarm(
            self,
            f"{id_.capitalize()}Late",
            watched=metric("AWS/Lambda", "IteratorAge", {"FunctionName": function.name}, "Maximum"),
            above=LATE_MILLISECONDS,
            periods=LATE_MINUTES,
            topic=self._topic,
            meaning=f"The {id_} function is more than a minute behind its stream: look at its log for what "
            "fails again and again, and at its throttles.",
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
                "Unworded",
                Author.COORDINATOR,
            ): "The words of a message failed and it was said plainly: "
            "`NotificationSent` in the log says why (`unworded`).",
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
