"""The read model's one writer: told by the archive's function, and looking by itself once a minute."""

from aws_cdk import aws_sqs as sqs
from constructs import Construct

from shared.ports.views import INDEXES
from shared.settings import Setting
from stacks.components.async_retries import AsyncRetries
from stacks.components.function import Function, Size
from stacks.components.member import CATALOGUE, OPEN, leading
from stacks.components.rule import Schedule
from stacks.data import Data
from stacks.house import House


class Projector(Construct):
    """It reads the log and every author's key for checking, and writes nothing but views."""

    def __init__(self, scope: Construct, id_: str, *, house: House, rule_letters: sqs.Queue) -> None:
        super().__init__(scope, id_)
        data = house.data
        self.function = Function(
            self,
            "Function",
            name="projector",
            size=Size(60, 512),
            bundles=house.bundles,
            retain=house.stage.retain,
        )
        self.function.set(
            {
                Setting.STAGE: house.stage.name,
                Setting.EVENTS_TABLE: data.events.table_name,
                Setting.STATE_TABLE: data.state.table_name,
                Setting.VIEWS_TABLE: data.views.table_name,
                Setting.DEAD_LETTERS_URL: data.dead_letters.queue_url,
                Setting.MAC_KEYS: data.every_mac_key,
            }
        )
        may_read_log(self.function, data)
        may_read_views(self.function, data)
        self.function.allow(["dynamodb:PutItem"], [data.views.table_arn])
        self.function.allow(["dynamodb:GetItem"], [data.state.table_arn], leading([CATALOGUE, OPEN]))
        self.function.role.add_managed_policy(data.verify_macs)
        AsyncRetries(self, "Retries", function=self.function, dead_letters_arn=data.dead_letters.queue_arn)
        Schedule(self, "Sweep", function=self.function, dead_letters=rule_letters)


def may_read_log(function: Function, data: Data) -> None:
    """Grant the log's reading, whole and by heads."""
    function.allow(["dynamodb:Query", "dynamodb:BatchGetItem"], [data.events.table_arn])


def may_read_views(function: Function, data: Data) -> None:
    """Grant the read model's pages and lists."""
    function.allow(["dynamodb:GetItem"], [data.views.table_arn])
    function.allow(["dynamodb:Query"], [f"{data.views.table_arn}/index/{name}" for name in INDEXES])
