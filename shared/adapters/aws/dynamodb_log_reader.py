"""The log on DynamoDB for who only reads: consistent, and without a key to write."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Never

from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore, event_of
from shared.adapters.aws.errors import port_errors
from shared.domain.errors import AccessDenied, PortError
from shared.domain.events import Event
from shared.domain.facts import Author
from shared.ports.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PARTITION = "INCIDENT#"
TRIES = 6


class Nobody:
    """Who signs nothing."""

    def mac(self, _digest: str) -> Never:
        """Refuse.

        Raises:
            AccessDenied: always.
        """
        raise AccessDenied("who only reads the log has no key to write it")


class DynamodbLogReader:
    """Remembers what it has read whole, as the store does: events never change."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._table, self._sleep = client, table, sleep
        self._store = DynamodbEventStore(client, table, Author.OPERATOR, Nobody(), clock)

    def read(self, incident_id: str) -> Sequence[Event]:
        """Every event of the incident, in order.

        Raises:
            PortError: AWS failed, or an item is not an event.
        """
        return self._store.read(incident_id)

    def events(self, incident_id: str, after: int, limit: int) -> Sequence[Event]:
        """At most so many events after a version.

        Raises:
            PortError: AWS failed, or an item is not an event.
        """
        with port_errors():
            answer = self._client.query(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues={
                    ":pk": {"S": PARTITION + incident_id},
                    ":first": {"S": f"EVENT#{after + 1:012d}"},
                    ":last": {"S": "EVENT#999999999999"},
                },
                Limit=limit,
            )
        return [event_of(item) for item in answer["Items"]]

    def heads(self, incident_ids: Sequence[str]) -> Mapping[str, int]:
        """Where each log ends.

        Raises:
            PortError: AWS failed, or gave no answer about some of them in so many tries.
        """
        keys = [{"pk": {"S": PARTITION + one}, "sk": {"S": "HEAD"}} for one in dict.fromkeys(incident_ids)]
        found: dict[str, int] = {}
        left: Any = {self._table: {"Keys": keys, "ConsistentRead": True}} if keys else {}
        for number in range(TRIES):
            if not left:
                return found
            with port_errors():
                answer = self._client.batch_get_item(RequestItems=left)
            for item in answer["Responses"].get(self._table, []):
                found[item["pk"]["S"].removeprefix(PARTITION)] = int(item["version"]["N"])
            left = answer["UnprocessedKeys"]
            if left:
                self._sleep(0.05 * 2**number)
        if left:
            raise PortError("DynamoDB gives no answer about some heads: ask again", retryable=True)
        return found

    def incident_ids(self) -> Iterator[str]:
        """Every incident that has a head.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            pages = self._client.get_paginator("scan").paginate(
                TableName=self._table,
                FilterExpression="sk = :head",
                ProjectionExpression="pk",
                ExpressionAttributeValues={":head": {"S": "HEAD"}},
            )
            for page in pages:
                yield from (item["pk"]["S"].removeprefix(PARTITION) for item in page["Items"])
