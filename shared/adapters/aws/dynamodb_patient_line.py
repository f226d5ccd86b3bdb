"""The line to a patient on DynamoDB: `pk` ORDER, DONE or STATE, `sk` the order's id, `body` its JSON."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.ports.patient_line import TABLE, Done, Order, PatientState

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

MISSING = "ResourceNotFoundException"
MOST = 25
"""Orders of one reading."""


class DynamodbPatientLine:
    """Over a table that only the patient makes; without it there is no patient."""

    def __init__(self, client: "DynamoDBClient", table: str = TABLE) -> None:
        self._client, self._table = client, table

    def create(self) -> None:
        """Make the table, unless it is there; the patient does that.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            try:
                self._client.create_table(
                    TableName=self._table,
                    BillingMode="PAY_PER_REQUEST",
                    KeySchema=[
                        {"AttributeName": "pk", "KeyType": "HASH"},
                        {"AttributeName": "sk", "KeyType": "RANGE"},
                    ],
                    AttributeDefinitions=[
                        {"AttributeName": "pk", "AttributeType": "S"},
                        {"AttributeName": "sk", "AttributeType": "S"},
                    ],
                )
            except ClientError as error:
                if code_of(error) != "ResourceInUseException":
                    raise

    def order(self, order: Order) -> None:
        """Leave an order.

        Raises:
            PortError: it is not known to be left, or there is no patient to hear it.
        """
        self._put("ORDER", order.id, order.model_dump_json())

    def done(self, id_: str) -> Done | None:
        """What became of an order; None while nothing has.

        Raises:
            PortError: AWS failed.
        """
        body = self._get("DONE", id_)
        return Done.model_validate_json(body) if body is not None else None

    def state(self) -> PatientState | None:
        """What the patient said last; None when there never was one.

        Raises:
            PortError: AWS failed.
        """
        body = self._get("STATE", "STATE")
        return PatientState.model_validate_json(body) if body is not None else None

    def pending(self) -> tuple[Order, ...]:
        """The orders that nothing has become of, oldest first.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            found = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :order",
                ExpressionAttributeValues={":order": {"S": "ORDER"}},
                ConsistentRead=True,
                Limit=MOST,
            )["Items"]
        return tuple(Order.model_validate_json(one["body"]["S"]) for one in found)

    def finish(self, done: Done) -> None:
        """Say what became of an order, which is pending no more.

        Raises:
            PortError: AWS failed.
        """
        said = _item("DONE", done.id, done.model_dump_json())
        with port_errors():
            self._client.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": self._table, "Item": said}},
                    {"Delete": {"TableName": self._table, "Key": _place("ORDER", done.id)}},
                ]
            )

    def tell(self, state: PatientState) -> None:
        """Say how the patient is.

        Raises:
            PortError: AWS failed.
        """
        self._put("STATE", "STATE", state.model_dump_json())

    def _put(self, kind: str, id_: str, body: str) -> None:
        with port_errors():
            self._client.put_item(TableName=self._table, Item=_item(kind, id_, body))

    def _get(self, kind: str, id_: str) -> str | None:
        with port_errors():
            try:
                item = self._client.get_item(
                    TableName=self._table, Key=_place(kind, id_), ConsistentRead=True
                ).get("Item")
            except ClientError as error:
                if code_of(error) != MISSING:
                    raise
                return None
        return None if item is None else item["body"]["S"]


def _place(kind: str, id_: str) -> "dict[str, AttributeValueTypeDef]":
    return {"pk": {"S": kind}, "sk": {"S": id_}}


def _item(kind: str, id_: str, body: str) -> "dict[str, AttributeValueTypeDef]":
    return {**_place(kind, id_), "body": {"S": body}}
