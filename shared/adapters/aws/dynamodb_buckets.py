"""Token buckets on DynamoDB: `pk` BUCKET#name, `sk` BUCKET, `full_at` (epoch microseconds) and `ttl`."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.domain.errors import PortError
from shared.ports.buckets import SECOND, Bucket
from shared.ports.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEEP = 3_600
"""Seconds after which DynamoDB may delete a bucket that nobody asks for: it is full by then."""
ATTEMPTS = 25
"""How often a taking that another one overtook is decided anew."""


class DynamodbBuckets:
    """A take reads, decides and updates on condition that nobody took meanwhile."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def take(self, bucket: Bucket, tokens: int = 1) -> float:
        """Take tokens, or say after how many seconds there will be enough.

        Raises:
            PortError: AWS failed, or others were faster 25 times.
        """
        for _ in range(ATTEMPTS):
            seen = self._full_at(bucket)
            now = int(self._clock.now().timestamp() * SECOND)
            full_at, wait = bucket.take(seen or 0, now, tokens)
            if wait:
                return wait / SECOND
            if self._moved(bucket, seen, full_at):
                return 0.0
        raise PortError(f"bucket {bucket.name}: others were faster {ATTEMPTS} times", retryable=True)

    def left(self, bucket: Bucket) -> int:
        """How many tokens it has now.

        Raises:
            PortError: AWS failed.
        """
        return bucket.left(self._full_at(bucket) or 0, int(self._clock.now().timestamp() * SECOND))

    def _full_at(self, bucket: Bucket) -> int | None:
        with port_errors():
            answer = self._client.get_item(TableName=self._table, Key=_place(bucket), ConsistentRead=True)
        item = answer.get("Item")
        return int(item["full_at"]["N"]) if item else None

    def _moved(self, bucket: Bucket, seen: int | None, full_at: int) -> bool:
        values = {":new": {"N": str(full_at)}, ":ends": {"N": str(full_at // SECOND + KEEP)}}
        with port_errors():
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=_place(bucket),
                    UpdateExpression="SET full_at = :new, #ttl = :ends",
                    ConditionExpression="attribute_not_exists(pk)" if seen is None else "full_at = :seen",
                    ExpressionAttributeNames={"#ttl": "ttl"},
                    ExpressionAttributeValues=values
                    if seen is None
                    else {**values, ":seen": {"N": str(seen)}},
                )
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True


def _place(bucket: Bucket) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"BUCKET#{bucket.name}"}, "sk": {"S": "BUCKET"}}
