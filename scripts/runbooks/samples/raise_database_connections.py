"""A database whose parameter group allows 100 connections."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import Sample, eventually, unique


def make(aws: LocalAws) -> str:
    """The parameter group's ARN."""
    rds, name = aws.client("rds"), unique("orders")
    made = rds.create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily="mysql8.0", Description="of a sample"
    )
    limit = {"ParameterName": "max_connections", "ParameterValue": "100", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=[limit])
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        Engine="mysql",
        DBInstanceClass="db.t3.micro",
        AllocatedStorage=20,
        MasterUsername="admin",
        MasterUserPassword="local-only",
        DBParameterGroupName=name,
    )

    def available() -> bool:
        (found,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        return bool(found["DBInstanceStatus"] == "available")

    if not eventually(available):
        raise TimeoutError(f"{name} is not available")
    return str(made["DBParameterGroup"]["DBParameterGroupArn"])


SAMPLE = Sample(make)
