"""Task tokens on DynamoDB, in a table that only the coordinator and the asking task may read."""

from datetime import timedelta
from typing import TYPE_CHECKING

from shared.adapters.aws.errors import port_errors
from shared.ports.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamodbWaitingRoom:
    """Keys: `pk` WAIT#key, `sk` TOKEN, and `ttl` in epoch seconds; a retried state replaces its token."""

    def __init__(
        self, client: "DynamoDBClient", table: str, clock: Clock, keep: timedelta = timedelta(days=1)
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._keep = keep

    def wait(self, key: str, token: str) -> None:
        """Remember that a state waits for `key`.

        Raises:
            PortError: AWS failed.
        """
        ends = str(int((self._clock.now() + self._keep).timestamp()))
        with port_errors():
            self._client.put_item(
                TableName=self._table, Item={**_place(key), "token": {"S": token}, "ttl": {"N": ends}}
            )

    def token(self, key: str) -> str | None:
        """The token that waits for `key`, read consistently.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            item = self._client.get_item(TableName=self._table, Key=_place(key), ConsistentRead=True).get(
                "Item"
            )
        return None if item is None else item["token"]["S"]


def _place(key: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"WAIT#{key}"}, "sk": {"S": "TOKEN"}}
