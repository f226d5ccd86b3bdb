"""A DynamoDB table in the local AWS, for the samples that need one."""

from scripts.local_aws.process import LocalAws
from scripts.runbooks.sample import unique


def provisioned_table(aws: LocalAws) -> str:
    """ARN of a new table of 5 read and 10 write units."""
    made = aws.client("dynamodb").create_table(
        TableName=unique("orders"),
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 10},
    )
    return str(made["TableDescription"]["TableArn"])
