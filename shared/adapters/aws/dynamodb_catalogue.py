"""The service catalogue on DynamoDB: one item, written whole."""

from typing import TYPE_CHECKING

from pydantic import ValidationError

from shared.adapters.aws.errors import port_errors
from shared.domain.errors import PortError
from shared.domain.service import ServiceCatalogue

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY = {"pk": {"S": "CATALOGUE"}, "sk": {"S": "SERVICES"}}


class DynamodbCatalogue:
    """Reads the item each time (eventually consistent): a catalogue of 400 KB is DynamoDB's limit."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def services(self) -> ServiceCatalogue:
        """The catalogue as it is now; empty when none was loaded.

        Raises:
            PortError: AWS failed, or the item is not a catalogue.
        """
        with port_errors():
            item = self._client.get_item(TableName=self._table, Key=KEY).get("Item")
        if item is None:
            return ServiceCatalogue(services=())
        try:
            return ServiceCatalogue.model_validate_json(item["body"]["S"])
        except (KeyError, ValidationError) as error:
            raise PortError("the service catalogue cannot be read: load it again", retryable=False) from error

    def save(self, catalogue: ServiceCatalogue) -> None:
        """Replace the catalogue.

        Raises:
            InvalidConfiguration: it contradicts itself; nothing was written.
            PortError: AWS failed.
        """
        body = catalogue.validated().model_dump_json()
        with port_errors():
            self._client.put_item(TableName=self._table, Item={**KEY, "body": {"S": body}})
