"""An Aurora cluster of a writer and a reader, both available."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import Sample, eventually, unique


def make(aws: LocalAws) -> str:
    """The cluster's ARN."""
    rds, name = aws.client("rds"), unique("orders")
    made = rds.create_db_cluster(
        DBClusterIdentifier=name,
        Engine="aurora-mysql",
        MasterUsername="admin",
        MasterUserPassword="local-only",
    )
    for node in ("a", "b"):
        rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-{node}",
            DBClusterIdentifier=name,
            Engine="aurora-mysql",
            DBInstanceClass="db.r6g.large",
        )

    def available() -> bool:
        found = rds.describe_db_instances(Filters=[{"Name": "db-cluster-id", "Values": [name]}])
        return {"available"} == {each["DBInstanceStatus"] for each in found["DBInstances"]}

    if not eventually(available):
        raise TimeoutError(f"{name} is not available")
    return str(made["DBCluster"]["DBClusterArn"])


SAMPLE = Sample(make)
