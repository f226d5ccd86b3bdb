"""DynamoDB items that many rewrite at once: read, decide, put if the version is still the same."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.domain.errors import PortError
from shared.ports.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ATTEMPTS = 12
"""How often a change that another one overtook is decided anew."""
Item = Mapping[str, Any]
"""Attribute name -> typed value, as DynamoDB has it."""


class VersionedItems:
    """Attributes: `pk`, `sk`, `version`, `body` (text), and `ttl` in epoch seconds if it ends by itself."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def read(self, key: Item) -> Item | None:
        """The item as it is now, if there is one.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            return self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")

    def change(
        self, key: Item, decide: Callable[[Item | None], str | None], keep: timedelta | None
    ) -> Item | None:
        """Rewrite the body, kept for so long or, with None, for ever; a decision of None leaves it as it is.

        Returns:
            The item as it was when the decision that counts was made: a lost race is decided again.

        Raises:
            PortError: AWS failed, or other writers were faster 12 times.
        """
        for _ in range(ATTEMPTS):
            item = self.read(key)
            body = decide(item)
            if body is None:
                return item
            seen = None if item is None else item.get("version")
            new: Item = {**key, "version": _next(seen), "body": {"S": body}}
            if keep is not None:
                new = {**new, "ttl": {"N": str(int((self._clock.now() + keep).timestamp()))}}
            if seen is None and self.put(new, "attribute_not_exists(#version)", "version"):
                return item
            if seen is not None and self.put(new, "#version = :seen", "version", {":seen": seen}):
                return item
        where = " ".join(str(part["S"]) for part in key.values())
        raise PortError(f"{where}: other writers were faster {ATTEMPTS} times", retryable=True)

    def put(self, item: Item, condition: str, name: str, values: Item | None = None) -> bool:
        """Put if the condition on the attribute `#name` holds; whether it did.

        Raises:
            PortError: AWS failed.
        """
        extra: Any = {"ExpressionAttributeValues": values} if values else {}
        with port_errors():
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression=condition,
                    ExpressionAttributeNames={f"#{name}": name},
                    **extra,
                )
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True

    def delete(self, key: Item) -> None:
        """Delete the item, if there is one.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            self._client.delete_item(TableName=self._table, Key=key)


def _next(version: Item | None) -> dict[str, str]:
    """One more; 1 after none, and after what is no whole number."""
    try:
        return {"N": str(int(version["N"]) + 1 if version else 1)}
    except (KeyError, ValueError):
        return {"N": "1"}
