"""The data stack: the log of events, the agents' state, the streams, and every author's MAC key."""

import json

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from shared.domain.facts import Author
from shared.ports.views import IN_INDEXES, INDEXES
from stacks.components.acknowledged import acknowledge
from stacks.components.dead_letters import dead_letter_queue
from stacks.components.function import statement
from stacks.components.look import Look
from stacks.components.outputs import put_out
from stacks.components.stack import StageStack
from stacks.stage import Channels, StageConfig

SLACK_API = "https://slack.com/api/"
PAGERDUTY_API = "https://events.pagerduty.com/v2/enqueue"
WRITERS = tuple(author for author in Author if author is not Author.ANCHOR)
"""Whose MACs stand on events and ballots; heads are the audit's business only."""
MACS = {
    Author.ANCHOR: "the heads of logs",
    Author.OPERATOR: "repairs, by a person",
    Author.RECEPTION: "what people say through Slack, PagerDuty and the dashboard",
}


class Data(StageStack):
    """Everything that outlives a deployment of the functions."""

    def __init__(self, scope: Construct, stage: StageConfig) -> None:
        super().__init__(scope, "Data", stage, protected=stage.retain)
        self._removal = RemovalPolicy.RETAIN if stage.retain else RemovalPolicy.DESTROY
        self.signals = self._stream("Signals")
        self.incident_events = self._stream("IncidentEvents")
        self.events = self._table(
            "Events", stream=dynamodb.StreamViewType.NEW_IMAGE, kinesis_stream=self.incident_events
        )
        self.state = self._table("State", time_to_live_attribute="ttl")
        self.waits = self._waits()
        self.views = self._views()
        self.dead_letters = dead_letter_queue(self, "DeadLetters")
        self.mac_keys = {author: self._mac_key(author) for author in Author}
        self.every_mac_key = self._every_mac_key()
        self.verify_macs = self._verify_macs()
        self.look = Look(self)
        self.slack_secret_arn = self._slack_secret()
        self.pagerduty_secret_arn = self._pagerduty_secret()
        self.channel_secrets = self._channel_secrets(stage.channels)
        self._outputs(stage)

    def _stream(self, id_: str) -> kinesis.Stream:
        return kinesis.Stream(
            self,
            id_,
            stream_mode=kinesis.StreamMode.PROVISIONED,
            shard_count=1,
            encryption=kinesis.StreamEncryption.MANAGED,
            removal_policy=self._removal,
        )

    def _table(
        self,
        id_: str,
        *,
        recovery: bool = True,
        time_to_live_attribute: str | None = None,
        stream: dynamodb.StreamViewType | None = None,
        kinesis_stream: kinesis.IStream | None = None,
    ) -> dynamodb.Table:
        return dynamodb.Table(
            self,
            id_,
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=recovery
            ),
            removal_policy=self._removal,
            time_to_live_attribute=time_to_live_attribute,
            stream=stream,
            kinesis_stream=kinesis_stream,
        )

    def _waits(self) -> dynamodb.Table:
        """Task tokens: bearer secrets, so nothing streams or backs them up."""
        waits = self._table("Waits", recovery=False, time_to_live_attribute="ttl")
        acknowledge(
            waits, "DDB3", "task tokens are worthless within minutes, and a backup would keep secrets"
        )
        return waits

    def _views(self) -> dynamodb.Table:
        """The read model: each index has what a list shows, so no list reads pages."""
        views = self._table("Views", recovery=False)
        acknowledge(views, "DDB3", "it is made again from the log: `commander views rebuild`")
        text = dynamodb.AttributeType.STRING
        for name, (partition, sort) in INDEXES.items():
            views.add_global_secondary_index(
                index_name=name,
                partition_key=dynamodb.Attribute(name=partition, type=text),
                sort_key=dynamodb.Attribute(name=sort, type=text),
                projection_type=dynamodb.ProjectionType.INCLUDE,
                non_key_attributes=list(IN_INDEXES[name]),
            )
        return views

    def _mac_key(self, author: Author) -> kms.Key:
        key = kms.Key(
            self,
            f"{author.capitalize()}MacKey",
            description=f"MACs of {MACS.get(author, f'the events and ballots that {author} writes')}",
            key_spec=kms.KeySpec.HMAC_256,
            key_usage=kms.KeyUsage.GENERATE_VERIFY_MAC,
            removal_policy=self._removal,
        )
        acknowledge(key, "KMS5", "KMS rotates no HMAC keys, and the log's MACs must stay verifiable")
        return key

    def _every_mac_key(self) -> str:
        """JSON of writer -> key ARN, exported as one value: three functions read it whole."""
        arns = {author.value: self.mac_keys[author].key_arn for author in WRITERS}
        exported = self.export_value(self.to_json_string(arns), name=f"{self.stack_name}-MacKeys")
        return str(exported)

    def _verify_macs(self) -> iam.ManagedPolicy:
        return iam.ManagedPolicy(
            self,
            "VerifyMacs",
            description="Verify the MAC of every author of events",
            statements=[statement(["kms:VerifyMac"], [self.mac_keys[author].key_arn for author in WRITERS])],
        )

    def _slack_secret(self) -> str:
        """Its ARN."""
        return self._secret(
            "Slack", "token", {"channel": "", "api_url": SLACK_API, "signing_secret": "", "team": ""}
        )

    def _pagerduty_secret(self) -> str:
        """Its ARN. Every stage has it: whom the directory calls by PagerDuty answers there."""
        others = {"api_url": PAGERDUTY_API, "webhook_secret": ""}
        return self._secret("PagerDuty", "routing_key", others)

    def _channel_secrets(self, channels: Channels) -> dict[str, str]:
        """Channel -> ARN of its secret."""
        found = {}
        if channels.pagerduty:
            found["pagerduty"] = self.pagerduty_secret_arn
        if channels.webhook:
            found["webhook"] = self._secret("Webhook", "key", {"url": ""})
        return found

    def _secret(self, id_: str, generated: str, others: dict[str, str]) -> str:
        """The ARN of a secret; its generated key is a placeholder (the webhook's may be kept)."""
        secret = secretsmanager.CfnSecret(
            self,
            id_,
            description=f"JSON: {', '.join((generated, *others))}; what {id_} issues you put there yourself",
            generate_secret_string=secretsmanager.CfnSecret.GenerateSecretStringProperty(
                secret_string_template=json.dumps(others),
                generate_string_key=generated,
                exclude_punctuation=True,
            ),
        )
        secret.apply_removal_policy(self._removal)
        acknowledge(
            secret, "SMG4", f"a person changes it, at {id_}'s end and here; it is read again by itself"
        )
        return secret.attr_id

    def _outputs(self, stage: StageConfig) -> None:
        outputs = {
            "EventsTable": self.events.table_name,
            "StateTable": self.state.table_name,
            "WaitsTable": self.waits.table_name,
            "ViewsTable": self.views.table_name,
            "SignalsStream": self.signals.stream_name,
            "DeadLettersUrl": self.dead_letters.queue_url,
            "SlackSecret": self.slack_secret_arn,
            "PagerdutySecret": self.pagerduty_secret_arn,
            **{f"{name.capitalize()}Secret": arn for name, arn in self.channel_secrets.items()},
            "AuditKeys": self.to_json_string({name.value: key.key_id for name, key in self.mac_keys.items()}),
        }
        put_out(self, outputs | ({"Demo": "on"} if stage.demo else {}))
