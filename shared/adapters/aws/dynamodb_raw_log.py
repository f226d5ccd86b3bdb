"""The events table read raw: what an audit looks at must not be parsed on the way."""

from collections.abc import Iterator
from typing import Any

from shared.adapters.aws.errors import port_errors
from shared.domain.audit_records import EVENT_KEY, Item
from shared.domain.events import Head

PARTITION = "INCIDENT#"
ATTRIBUTES = ("type", "author", "incident_id")


class DynamodbRawLog:
    """Needs dynamodb:Query, dynamodb:GetItem and, for the list of incidents, dynamodb:Scan."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def items(self, incident_id: str) -> tuple[Item, ...]:
        """Every item of an incident's log, whatever is in it, read consistently."""
        with port_errors():
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :events)",
                ExpressionAttributeValues={
                    ":pk": {"S": f"{PARTITION}{incident_id}"},
                    ":events": {"S": EVENT_KEY},
                },
            )
            return tuple(_item(each) for page in pages for each in page["Items"])

    def head(self, incident_id: str) -> Head | None:
        """Where the log says that it ends; None when it does not say it in a way that can be read."""
        key = {"pk": {"S": f"{PARTITION}{incident_id}"}, "sk": {"S": "HEAD"}}
        with port_errors():
            found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item", {})
        try:
            return Head(version=int(found["version"]["N"]), hash=found["hash"]["S"])
        except (KeyError, ValueError):
            return None

    def incident_ids(self) -> tuple[str, ...]:
        """Every incident that has any item."""
        with port_errors():
            return tuple(sorted({*self._partitions()}))

    def _partitions(self) -> Iterator[str]:
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="begins_with(pk, :incident)",
            ProjectionExpression="pk",
            ExpressionAttributeValues={":incident": {"S": PARTITION}},
        )
        for page in pages:
            yield from (each["pk"]["S"].removeprefix(PARTITION) for each in page["Items"])


def _item(given: dict[str, Any]) -> Item:
    texts = {name: value["S"] for name, value in given.items() if isinstance(value.get("S"), str)}
    return Item(
        sort_key=texts["sk"],
        body=texts.get("body"),
        attributes={name: texts[name] for name in ATTRIBUTES if name in texts},
    )
