"""The health monitor: a function that may look at all that the product consists of, and change nothing."""

from collections.abc import Mapping

from aws_cdk import Duration, Stack
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from shared.domain.facts import Author
from shared.domain.health import EVERY
from shared.settings import Setting
from stacks.components.event_archive import PREFIXES, EventArchive
from stacks.components.function import Function, Size
from stacks.components.member import BUCKET, STANDING, leading
from stacks.components.rule import Schedule
from stacks.house import House


class HealthMonitor(Construct):
    """Runs by the clock. Its schedule has no dead letters: its silence has an alarm of its own."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        house: House,
        archive: EventArchive,
        machine_arn: str,
        queues: Mapping[str, sqs.Queue],
        functions: Mapping[str, Function],
    ) -> None:
        super().__init__(scope, id_)
        self._house, self._archive = house, archive
        self.function = Function(
            self,
            "Function",
            name="health",
            size=Size(120, 512),
            bundles=house.bundles,
            retain=house.stage.retain,
        )
        self._may_look(machine_arn, queues)
        self._knows(machine_arn, queues, functions)
        every = Duration.seconds(int(EVERY.total_seconds()))
        Schedule(self, "Clock", function=self.function, every=every)

    def _may_look(self, machine_arn: str, queues: Mapping[str, sqs.Queue]) -> None:
        data, function = self._house.data, self.function
        function.allow(["dynamodb:Query", "dynamodb:GetItem"], [data.events.table_arn])
        function.allow(["dynamodb:GetItem"], [data.state.table_arn], leading([STANDING, BUCKET]))
        function.role.add_managed_policy(data.verify_macs)
        function.allow(["kms:VerifyMac"], [data.mac_keys[Author.ANCHOR].key_arn])
        function.allow(["states:ListExecutions"], [machine_arn])
        function.allow(["sqs:GetQueueAttributes"], [queue.queue_arn for queue in queues.values()])
        bucket = self._archive.arn_elsewhere
        function.allow(["s3:ListBucketVersions"], [bucket])
        for prefix in PREFIXES:
            because = "a log is verified with all its copies and anchors"
            reading = ["s3:GetObject", "s3:GetObjectVersion"]
            function.allow_any(reading, f"{bucket}/{prefix}", because=because)
        blind = "GetMetricData tells no metric from another, and listing mappings knows no resource"
        function.allow_any(["cloudwatch:GetMetricData", "lambda:ListEventSourceMappings"], "*", because=blind)

    def _knows(
        self, machine_arn: str, queues: Mapping[str, sqs.Queue], functions: Mapping[str, Function]
    ) -> None:
        data, stage, stack = self._house.data, self._house.stage, Stack.of(self)
        keys = {author.value: key.key_arn for author, key in data.mac_keys.items()}
        seconds = dict(stage.investigate_seconds)
        self.function.set(
            {
                Setting.STAGE: stage.name,
                Setting.EVENTS_TABLE: data.events.table_name,
                Setting.STATE_TABLE: data.state.table_name,
                Setting.ARCHIVE_BUCKET: self._archive.bucket.bucket_name,
                Setting.MAC_KEYS: stack.to_json_string(keys),
                Setting.STATE_MACHINE_ARN: machine_arn,
                Setting.EXECUTION_SECONDS: str(stage.execution_seconds),
                Setting.AGENT_SECONDS: stack.to_json_string(seconds),
                Setting.LETTERBOXES: stack.to_json_string(
                    {name: queue.queue_url for name, queue in queues.items()}
                ),
                Setting.FUNCTIONS: stack.to_json_string(
                    {name: function.name for name, function in functions.items()}
                ),
            }
        )
