"""The interface stack: what comes in from AWS and from people, what goes out to them, and the archive."""

from aws_cdk import Aws
from aws_cdk import aws_events as events
from aws_cdk import aws_sns as sns
from constructs import Construct

from shared.agents import communication
from shared.domain.facts import Author
from shared.ports.reception import PAGERDUTY_PATH, SLACK_PATH
from shared.settings import Setting
from stacks.components.async_retries import AsyncRetries
from stacks.components.dead_letters import dead_letter_queue
from stacks.components.event_archive import EventArchive
from stacks.components.function import Function, Size
from stacks.components.http_api import HttpApi, Route
from stacks.components.member import CATALOGUE, DIRECTORY, Member, leading
from stacks.components.outputs import put_out
from stacks.components.own_later import OwnLater
from stacks.components.read_model import Projector
from stacks.components.rule import Rule, Schedule
from stacks.components.stack import PREFIX, StageStack
from stacks.components.waking import Waking
from stacks.house import House

HEARD = {
    "Alarms": ("aws.cloudwatch", "CloudWatch Alarm State Change"),
    "Parameters": ("aws.ssm", "Parameter Store Change"),
    "Deployments": ("aws.ecs", "ECS Deployment State Change"),
}
"""Rule -> source and detail type of the default bus's events that become signals."""
NOT_OURS = {"alarmName": events.Match.anything_but_prefix(PREFIX)}
"""Our own alarms reach people through SNS, not through what they watch."""
SIGNED = "each request carries a signature of the vendor's, which the function checks before anything else"
"""Why a route of reception's asks for no credentials of AWS."""
TOLD = tuple(fact.__name__ for fact in communication.TOLD)
"""The events that people hear of."""


class Interface(StageStack):
    """Intake, communication, reception and the archive."""

    def __init__(self, scope: Construct, house: House) -> None:
        super().__init__(scope, "Interface", house.stage)
        self._house = house
        self.intake = self._intake()
        self.rule_letters = dead_letter_queue(self, "RuleDeadLetters")
        for rule, (source, detail_type) in HEARD.items():
            detail = NOT_OURS if rule == "Alarms" else None
            pattern = events.EventPattern(source=[source], detail_type=[detail_type], detail=detail)
            Rule(self, rule, function=self.intake, pattern=pattern, dead_letters=self.rule_letters)
        self.communication = self._communication()
        self.reception = self._reception()
        self.projector = Projector(self, "Projector", house=house, rule_letters=self.rule_letters)
        self.archive = EventArchive(self, "Archive", house=house, told=self.projector.function)
        put_out(
            self,
            {
                "IntakeFunction": self.intake.name,
                "CommunicationFunction": self.communication.function.name,
                "ReceptionFunction": self.reception.function.name,
                "AnchorFunction": self.archive.function.name,
                "ProjectorFunction": self.projector.function.name,
                "ArchiveBucket": self.archive.bucket.bucket_name,
                "RuleDeadLettersUrl": self.rule_letters.queue_url,
            },
        )

    def _intake(self) -> Function:
        house, data = self._house, self._house.data
        intake = Function(
            self,
            "Intake",
            name="intake",
            size=Size(30, 256),
            bundles=house.bundles,
            retain=house.stage.retain,
        )
        intake.allow(["kinesis:PutRecord"], [data.signals.stream_arn])
        intake.allow(["dynamodb:GetItem"], [data.state.table_arn], leading([CATALOGUE]))
        intake.set(
            {
                Setting.STAGE: house.stage.name,
                Setting.STATE_TABLE: data.state.table_name,
                Setting.SIGNALS_STREAM: data.signals.stream_name,
                Setting.DEAD_LETTERS_URL: data.dead_letters.queue_url,
            }
        )
        AsyncRetries(self, "IntakeRetries", function=intake, dead_letters_arn=data.dead_letters.queue_arn)
        return intake

    def _communication(self) -> Member:
        communication = Member(self, Author.COMMUNICATION, self._house, Size(60, 512))
        communication.feed_new_events(*TOLD)
        communication.may_keep_state(reads=[CATALOGUE, DIRECTORY])
        communication.may_tell()
        self._roads(communication)
        self._peoples_roads(communication.function)
        Waking(self, "Wakes", function=communication.function, dead_letters=self.rule_letters)
        Schedule(self, "Sweep", function=communication.function, dead_letters=self.rule_letters)
        letters = self._house.data.dead_letters.queue_arn  # of a call that came and could not be noted
        AsyncRetries(self, "WakesRetries", function=communication.function, dead_letters_arn=letters)
        return communication

    def _reception(self) -> Member:
        """Who writes down what people say: no other function may, and this one may nothing else."""
        data = self._house.data
        reception = Member(self, Author.RECEPTION, self._house, Size(30, 1024))
        function, secrets = reception.function, [data.slack_secret_arn, data.pagerduty_secret_arn]
        reception.may_keep_state(reads=[DIRECTORY])
        function.allow(["secretsmanager:GetSecretValue"], secrets)
        function.set(
            {
                Setting.SLACK_SECRET: data.slack_secret_arn,
                Setting.PAGERDUTY_SECRET: data.pagerduty_secret_arn,
            }
        )
        OwnLater(self, "Later", function=function)
        AsyncRetries(
            self, "ReceptionRetries", function=function, dead_letters_arn=data.dead_letters.queue_arn
        )
        routes = [Route("POST", path, function, SIGNED) for path in (SLACK_PATH, PAGERDUTY_PATH)]
        self.api = HttpApi(self, "Api", routes=routes, retain=self._house.stage.retain)
        urls = {"SlackAnswersUrl": SLACK_PATH, "PagerdutyWebhookUrl": PAGERDUTY_PATH}
        put_out(self, {name: self.api.url(path) for name, path in urls.items()})
        return reception

    def _roads(self, communication: Member) -> None:
        """The channels: their secrets, the mail identity, and the topic that is left when all have failed."""
        data, email = self._house.data, self._house.stage.channels.email
        topic = sns.Topic(self, "LastResort", display_name="Incidents that no channel took", enforce_ssl=True)
        secrets = [data.slack_secret_arn, *data.channel_secrets.values()]
        communication.function.allow(["secretsmanager:GetSecretValue"], secrets)
        communication.function.allow(["sns:Publish"], [topic.topic_arn])
        if email is not None:
            identities = f"arn:{Aws.PARTITION}:ses:{Aws.REGION}:{Aws.ACCOUNT_ID}:identity/"
            names = [email.sender, email.sender.split("@")[1]]  # the address, or its domain, is verified
            communication.function.allow(["ses:SendEmail"], [f"{identities}{name}" for name in names])
        channels = {**data.channel_secrets, **({"email": email.model_dump()} if email else {})}
        communication.function.set(
            {
                Setting.SLACK_SECRET: data.slack_secret_arn,
                Setting.CHANNELS: self.to_json_string(channels),
                Setting.LAST_RESORT_TOPIC: topic.topic_arn,
            }
        )
        put_out(self, {"LastResortTopic": topic.topic_arn})

    def _peoples_roads(self, communication: Function) -> None:
        """What the directory may name as an address: it is edited at run time, so names begin alike."""
        here = f"{Aws.REGION}:{Aws.ACCOUNT_ID}"
        communication.allow_any(
            ["secretsmanager:GetSecretValue"],
            f"arn:{Aws.PARTITION}:secretsmanager:{here}:secret:commander/*",
            because="the directory names secrets of people's channels, and their names begin so",
        )
        communication.allow_any(
            ["sns:Publish"],
            f"arn:{Aws.PARTITION}:sns:{here}:commander-*",
            because="the directory names people's topics, and their names begin so",
        )
