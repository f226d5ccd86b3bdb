"""The archive: a bucket that keeps a copy of every event and the anchors of heads, and its one writer."""

from aws_cdk import Aws, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from shared.domain.facts import Author
from shared.domain.model import VOTERS
from shared.domain.naming import role_name
from shared.settings import Setting
from stacks.components.acknowledged import acknowledge, acknowledge_wildcard
from stacks.components.function import Function, Size
from stacks.components.mapping import NEW_EVENT, TABLE_READ, Feed, Mapping
from stacks.house import House
from stacks.stage import StageConfig

PREFIXES = ("events/*", "anchors/*")
INPUTS = "inputs/*"
"""What agents saw, which they put here themselves: named by its SHA-256, which the log names."""
BATCH = 100


class EventArchive(Construct):
    """Only `anchor` writes the bucket, but for what agents saw. Nobody deletes in it before a person
    lifts its policy.

    It is kept when its stack is destroyed, whatever the stage.
    """

    def __init__(self, scope: Construct, id_: str, *, house: House, told: Function) -> None:
        """`told` is invoked, and not waited for, with what each batch was about."""
        super().__init__(scope, id_)
        self._house, self._told = house, told
        self.bucket = archive_bucket(self, house.stage)
        stack = Stack.of(self)
        self.arn_elsewhere = stack.export_value(self.bucket.bucket_arn, name=f"{stack.stack_name}-ArchiveArn")
        """For other stacks: under a name that they know before it is synthesised."""
        self.function = self._function()
        self._guard()

    def _function(self) -> Function:
        house, data = self._house, self._house.data
        key = data.mac_keys[Author.ANCHOR].key_arn
        function = Function(
            self,
            "Anchor",
            name="anchor",
            size=Size(60, 512),
            bundles=house.bundles,
            retain=house.stage.retain,
        )
        function.set(
            {
                Setting.AUTHOR: Author.ANCHOR.value,
                Setting.STAGE: house.stage.name,
                Setting.ARCHIVE_BUCKET: self.bucket.bucket_name,
                Setting.DEAD_LETTERS_URL: data.dead_letters.queue_url,
                Setting.PROJECTOR: self._told.name,
                Setting.MAC_KEYS: Stack.of(self).to_json_string({Author.ANCHOR.value: key}),
            }
        )
        function.allow(["kms:GenerateMac"], [key])
        function.allow(["lambda:InvokeFunction"], [self._told.arn])
        for prefix in PREFIXES:  # reading tells a redelivery from a different body under the same key
            pattern = self.bucket.arn_for_objects(prefix)
            because = "one object an event, and none is named before its incident"
            function.allow_any(["s3:GetObject", "s3:PutObject"], pattern, because=because)
        feed = Feed(str(data.events.table_stream_arn), TABLE_READ, batch=BATCH, pattern=NEW_EVENT)
        Mapping(self, "NewEvents", function=function, feed=feed, dead_letters_arn=data.dead_letters.queue_arn)
        return function

    def _guard(self) -> None:
        """The bucket's policy. It does not touch the policy's own calls, so CloudFormation can change it."""
        anyone, objects = iam.AnyPrincipal(), self.bucket.arn_for_objects("*")
        others = {"ArnNotEquals": {"aws:PrincipalArn": self.function.role.role_arn}}
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OnlyTheAnchorWrites",
                effect=iam.Effect.DENY,
                principals=[anyone],
                actions=["s3:PutObject"],
                not_resources=[self.bucket.arn_for_objects(INPUTS)],
                conditions=others,
            )
        )
        # The voters' roles are in a stack that needs this bucket: they are named, not referred to.
        roles = f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/"
        voters = [f"{roles}{role_name(self._house.stage.name, voter.value)}" for voter in VOTERS]
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OnlyVotersRecord",
                effect=iam.Effect.DENY,
                principals=[anyone],
                actions=["s3:PutObject"],
                resources=[self.bucket.arn_for_objects(INPUTS)],
                conditions={"ArnNotEquals": {"aws:PrincipalArn": voters}},
            )
        )
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="NobodyDeletes",
                effect=iam.Effect.DENY,
                principals=[anyone],
                actions=[
                    "s3:BypassGovernanceRetention",
                    "s3:DeleteObject",
                    "s3:DeleteObjectVersion",
                    "s3:PutObjectRetention",
                ],
                resources=[objects],
            )
        )


def archive_bucket(scope: Construct, stage: StageConfig) -> s3.Bucket:
    """Versions, a lock on each for the stage's days, and a replica where the stage names one."""
    days = Duration.days(stage.archive_lock_days)
    locked = s3.ObjectLockRetention.governance(days)
    if stage.archive_lock == "COMPLIANCE":
        locked = s3.ObjectLockRetention.compliance(days)
    bucket = s3.Bucket(
        scope,
        "Bucket",
        versioned=True,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        object_lock_default_retention=locked,
        # Nothing expires: the newest version of a key may be the forged one. Objects are too small to move.
        lifecycle_rules=[s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1))],
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        replication_rules=_replication(scope, stage),
    )
    acknowledge(bucket, "S1", "its policy says who writes; who reads is for CloudTrail's data events to say")
    if stage.replica_bucket_arn:
        because = "replication copies every object of this bucket, by S3's own role"
        for arn in (bucket.arn_for_objects("*"), f"{stage.replica_bucket_arn}/*"):
            acknowledge_wildcard(bucket, arn, because)
    return bucket


def _replication(scope: Construct, stage: StageConfig) -> list[s3.ReplicationRule] | None:
    """Every object, without delete markers: a copy that is hidden here is still in sight there."""
    if not stage.replica_bucket_arn:
        return None
    replica = s3.Bucket.from_bucket_arn(scope, "Replica", stage.replica_bucket_arn)
    return [s3.ReplicationRule(destination=replica, delete_marker_replication=False)]
