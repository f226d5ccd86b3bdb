"""A function that writes events: its name in the log, its MAC keys, and its keys of the state table."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from aws_cdk import Aws, Stack
from constructs import Construct

from shared.domain.facts import Author
from shared.domain.naming import LOOK, role_name
from shared.settings import Setting
from stacks.components.function import Function, Size
from stacks.components.mapping import KINESIS_READ, Feed, Mapping, new_events
from stacks.components.place import here
from stacks.house import House

CATALOGUE, OPEN, CHANGES, STANDING = "CATALOGUE", "OPEN#*", "CHANGE#*", "AGENT#*"
STOP, LEVELS, DEMOTED, ACTED = "CONTROL#STOP", "CONTROL#LEVELS", "CONTROL#DEMOTED", "ACTED#*"
LOCK, KNOWN_GOOD = "LOCK#*", "KNOWN#*"
UNTOLD, BUCKET, TELLING, DIRECTORY = "UNTOLD", "BUCKET#*", "TELLING#*", "DIRECTORY"
"""Partition keys of the state table, as IAM patterns."""


class Member(Construct):
    """A function with an author's name. Whatever it may do beyond its events is said by the stack."""

    def __init__(self, scope: Construct, author: Author, house: House, size: Size) -> None:
        super().__init__(scope, author.capitalize())
        self.author, self._house = author, house
        self.function = Function(
            self,
            "Function",
            name=author.value,
            size=size,
            bundles=house.bundles,
            retain=house.stage.retain,
            role=role_name(house.stage.name, author.value),
        )
        self._log_and_keys()

    def _log_and_keys(self) -> None:
        data = self._house.data
        own_key = data.mac_keys[self.author].key_arn
        self.function.set(
            {
                Setting.AUTHOR: self.author.value,
                Setting.STAGE: self._house.stage.name,
                Setting.ACCOUNTS: self._accounts(),
                Setting.EVENTS_TABLE: data.events.table_name,
                Setting.STATE_TABLE: data.state.table_name,
                Setting.DEAD_LETTERS_URL: data.dead_letters.queue_url,
                Setting.MAC_KEYS: data.every_mac_key,
            }
        )
        self.function.allow(["dynamodb:Query", "dynamodb:PutItem"], [data.events.table_arn])
        self.function.allow(["kms:GenerateMac"], [own_key])
        self.function.role.add_managed_policy(data.verify_macs)

    def may_keep_state(
        self, *, reads: Iterable[str] = (), puts: Iterable[str] = (), deletes: Iterable[str] = ()
    ) -> None:
        """Grant items of the state table by partition key. What may be put may also be read."""
        written = list(puts)
        granted = {
            ("dynamodb:GetItem",): [*reads, *written],
            ("dynamodb:PutItem",): written,
            ("dynamodb:DeleteItem",): list(deletes),
        }
        for actions, keys in granted.items():
            if keys:
                self.function.allow(actions, [self._house.data.state.table_arn], leading(keys))

    def may_lock(self) -> None:
        """Grant leases: taken and renewed in one transaction, counted by an update."""
        actions = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
        self.function.allow(actions, [self._house.data.state.table_arn], leading([LOCK]))

    def may_tell(self) -> None:
        """Grant the marks of what is untold, the buckets, and the sender's lease."""
        table = [self._house.data.state.table_arn]
        marks = ["dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem"]
        self.function.allow(marks, table, leading([UNTOLD]))
        self.function.allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], table, leading([BUCKET]))
        lease = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
        self.function.allow(lease, table, leading([TELLING]))

    def may_query_changes(self) -> None:
        """Grant the change ledger's reading."""
        self.function.allow(["dynamodb:Query"], [self._house.data.state.table_arn], leading([CHANGES]))

    def feed(self, id_: str, feed: Feed) -> None:
        """Map a stream to it."""
        Mapping(
            self,
            id_,
            function=self.function,
            feed=feed,
            dead_letters_arn=self._house.data.dead_letters.queue_arn,
        )

    def feed_new_events(self, *types: str) -> None:
        """Map change capture to it, of these types of event."""
        stream = self._house.data.incident_events.stream_arn
        self.feed("IncidentEvents", Feed(stream, KINESIS_READ, pattern=new_events(*types)))

    def may_look_at_metrics(self) -> None:
        """Grant CloudWatch's numbers."""
        self.function.allow_any(
            ["cloudwatch:GetMetricData"], "*", because="GetMetricData tells no metric from another"
        )

    def may_look_at_targets(self) -> None:
        """Grant what the runbooks declare to observe, here and, by their look roles, in the spokes."""
        self._house.data.look.attach(self.function.role)
        stage = self._house.stage
        looks = [replace(here(stage), account=account).role(LOOK) for account in stage.accounts.spokes]
        if looks:
            self.function.allow(["sts:AssumeRole"], looks)

    def _accounts(self) -> str:
        own = {**self._house.stage.accounts.plain(), "hub": Aws.ACCOUNT_ID}
        return str(Stack.of(self).to_json_string(own))


def leading(keys: Iterable[str]) -> dict[str, Any]:
    """The condition that every partition key of a request is one of these patterns."""
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)}}
