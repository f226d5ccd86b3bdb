"""Leases on DynamoDB: `pk` LOCK#key, `sk` LOCK, `owner`, `fence`, `until` (epoch seconds) and `ttl`.

The fences come from one counter (`pk` LOCK#, `sk` FENCE), so that a later lease has a higher one.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.domain.errors import PortError
from shared.ports.clock import Clock
from shared.ports.locks import Busy, Lease

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAMES = {"#owner": "owner", "#until": "until"}
FREE = "attribute_not_exists(pk) OR #owner = :owner OR #until <= :now"
MINE = "#owner = :owner AND fence = :fence AND #until > :now"
KEEP = 3_600
"""Seconds that an ended lease stays before DynamoDB deletes it: conditions look at the time themselves."""


class DynamodbLocks:
    """At most 100 keys at a time, as many as one transaction takes.

    What begins with another `prefix` than LOCK# has its own keys and counter, for who may touch no targets'.
    """

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock, prefix: str = "LOCK#") -> None:
        self._prefix = prefix
        self._client = client
        self._table = table
        self._clock = clock

    def acquire(self, keys: Sequence[str], owner: str, seconds: int) -> Lease | Busy:
        """All keys for this owner, or none.

        Raises:
            PortError: AWS failed, or another transaction was on the same keys.
        """
        with port_errors():
            counted = self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": self._prefix}, "sk": {"S": "FENCE"}},
                UpdateExpression="ADD fence :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
                ReturnValues="UPDATED_NEW",
            )
        fence = int(counted["Attributes"]["fence"]["N"])
        lease, refused = self._put(keys, owner, fence, seconds, FREE)
        return lease or self._busy(keys, refused)

    def renew(self, keys: Sequence[str], owner: str, fence: int, seconds: int) -> Lease | None:
        """Keep a lease; None when it ended or a later fence took its place.

        Raises:
            PortError: AWS failed, or another transaction was on the same keys.
        """
        lease, _ = self._put(keys, owner, fence, seconds, MINE)
        return lease

    def release(self, keys: Sequence[str], owner: str) -> None:
        """Give back those of the keys that this owner has.

        Raises:
            PortError: AWS failed.
        """
        for key in keys:
            with port_errors():
                try:
                    self._client.delete_item(
                        TableName=self._table,
                        Key=self._place(key),
                        ConditionExpression="#owner = :owner",
                        ExpressionAttributeNames={"#owner": "owner"},
                        ExpressionAttributeValues={":owner": {"S": owner}},
                    )
                except ClientError as error:
                    if code_of(error) != "ConditionalCheckFailedException":
                        raise

    def _put(
        self, keys: Sequence[str], owner: str, fence: int, seconds: int, condition: str
    ) -> tuple[Lease | None, Sequence[Mapping[str, Any]]]:
        """The lease, or why not: a reason for each key, in order."""
        now = int(self._clock.now().timestamp())
        ends = now + seconds
        attributes: Any = {
            "owner": {"S": owner},
            "fence": {"N": str(fence)},
            "until": {"N": str(ends)},
            "ttl": {"N": str(ends + KEEP)},
        }
        values: Any = {":owner": {"S": owner}, ":now": {"N": str(now)}}
        if condition is MINE:
            values[":fence"] = {"N": str(fence)}
        puts: Any = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": {**self._place(key), **attributes},
                    "ConditionExpression": condition,
                    "ExpressionAttributeNames": NAMES,
                    "ExpressionAttributeValues": values,
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            }
            for key in keys
        ]
        with port_errors():
            try:
                self._client.transact_write_items(TransactItems=puts)
            except ClientError as error:
                if code_of(error) != "TransactionCanceledException":
                    raise
                reasons = error.response.get("CancellationReasons", [])
                if not {one.get("Code") for one in reasons} <= {"None", "ConditionalCheckFailed"}:
                    raise
                return None, reasons
        return Lease(fence, datetime.fromtimestamp(ends, UTC)), ()

    def _busy(self, keys: Sequence[str], reasons: Sequence[Mapping[str, Any]]) -> Busy:
        for key, reason in zip(keys, reasons, strict=False):
            if reason.get("Code") == "ConditionalCheckFailed":
                return Busy(key, reason.get("Item", {}).get("owner", {}).get("S", "another incident"))
        raise PortError("the leases were refused without a reason", retryable=True)

    def _place(self, key: str) -> dict[str, dict[str, str]]:
        return {"pk": {"S": f"{self._prefix}{key}"}, "sk": {"S": "LOCK"}}
