"""The stakeholder directory on DynamoDB: one item, written whole."""

from typing import TYPE_CHECKING

from pydantic import ValidationError

from shared.adapters.aws.errors import port_errors
from shared.domain.directory import Directory
from shared.domain.errors import PortError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY = {"pk": {"S": "DIRECTORY"}, "sk": {"S": "PEOPLE"}}


class DynamodbDirectory:
    """Reads the item each time (eventually consistent): a directory of 400 KB is DynamoDB's limit."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def directory(self) -> Directory:
        """The directory as it is now; empty when none was saved.

        Raises:
            PortError: AWS failed, or the item is not a directory.
        """
        with port_errors():
            item = self._client.get_item(TableName=self._table, Key=KEY).get("Item")
        if item is None:
            return Directory()
        try:
            return Directory.model_validate_json(item["body"]["S"])
        except (KeyError, ValidationError) as error:
            raise PortError(
                "the directory cannot be read: `commander people set` it", retryable=False
            ) from error

    def save(self, directory: Directory) -> None:
        """Replace the directory.

        Raises:
            InvalidConfiguration: it contradicts itself; nothing was written.
            PortError: AWS failed.
        """
        body = directory.validated().model_dump_json()
        with port_errors():
            self._client.put_item(TableName=self._table, Item={**KEY, "body": {"S": body}})
