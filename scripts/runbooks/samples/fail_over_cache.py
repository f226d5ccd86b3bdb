"""A cache of a primary and a replica in another zone."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import Sample, unique


def make(aws: LocalAws) -> str:
    """The replication group's ARN."""
    made = aws.client("elasticache").create_replication_group(
        ReplicationGroupId=unique("sessions"),
        ReplicationGroupDescription="of a sample",
        Engine="redis",
        CacheNodeType="cache.t3.micro",
        NumCacheClusters=2,
        AutomaticFailoverEnabled=True,
        MultiAZEnabled=True,
    )
    return str(made["ReplicationGroup"]["ARN"])


SAMPLE = Sample(make)
