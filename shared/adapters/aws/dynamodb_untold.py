"""Marks on DynamoDB: `pk` UNTOLD, `sk` the incident's id, `version`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.ports.untold import AT_ONCE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAMES = {"#version": "version"}


class DynamodbUntold:
    """One partition, so that one query sees them all."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def mark(self, incident_id: str, version: int) -> None:
        """Mark the incident.

        Raises:
            PortError: AWS failed.
        """
        with port_errors(), _unless_refused():
            self._client.put_item(
                TableName=self._table,
                Item={**_place(incident_id), "version": {"N": str(version)}},
                ConditionExpression="attribute_not_exists(pk) OR #version < :version",
                ExpressionAttributeNames=NAMES,
                ExpressionAttributeValues={":version": {"N": str(version)}},
            )

    def some(self) -> Mapping[str, int]:
        """At most 200, by id.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :untold",
                ExpressionAttributeValues={":untold": {"S": "UNTOLD"}},
                ConsistentRead=True,
                Limit=AT_ONCE,
            )
        return {item["sk"]["S"]: int(item["version"]["N"]) for item in answer["Items"]}

    def clear(self, incident_id: str, version: int) -> None:
        """Remove the mark of that version.

        Raises:
            PortError: AWS failed.
        """
        with port_errors(), _unless_refused():
            self._client.delete_item(
                TableName=self._table,
                Key=_place(incident_id),
                ConditionExpression="#version = :version",
                ExpressionAttributeNames=NAMES,
                ExpressionAttributeValues={":version": {"N": str(version)}},
            )


@contextmanager
def _unless_refused() -> Iterator[None]:
    """A condition that does not hold is an answer, not a failure."""
    try:
        yield
    except ClientError as error:
        if code_of(error) != "ConditionalCheckFailedException":
            raise


def _place(incident_id: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": "UNTOLD"}, "sk": {"S": incident_id}}
