"""The read model on DynamoDB: one item an incident, listed by indexes that DynamoDB keeps itself.

`pk` INCIDENT#id, `sk` VIEW; `version`, `row`, `page`; `every`, `status`, `place` and `written` are the
indexes' keys. The mark is `pk` MARK. Indexes are eventually consistent: they may be a moment late.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.domain.errors import PortError
from shared.ports.clock import Clock
from shared.ports.views import EVERY, Listed, View, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MARK = {"pk": {"S": "MARK"}, "sk": {"S": "MARK"}}
BATCH, TRIES = 25, 8
"""Deletes of one request: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html"""


class DynamodbViews:
    """Writes only what is newer."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._table, self._clock, self._sleep = client, table, clock, sleep

    def keep(self, view: View) -> bool:
        """Keep it, unless as new a one is kept.

        Raises:
            PortError: AWS failed; nothing is known to be written.
        """
        texts = {
            "every": EVERY,
            "status": view.status,
            "place": view.place,
            "written": f"{stamp(self._clock.now())}#{view.incident_id}",
            "row": view.row,
            "page": view.page,
        }
        item = {**_place(view.incident_id), **{name: {"S": text} for name, text in texts.items()}}
        with port_errors():
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item={**item, "version": {"N": str(view.version)}},
                    ConditionExpression="attribute_not_exists(pk) OR #version < :version",
                    ExpressionAttributeNames={"#version": "version"},
                    ExpressionAttributeValues={":version": {"N": str(view.version)}},
                )
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True

    def page(self, incident_id: str) -> View | None:
        """What is kept of an incident, read consistently.

        Raises:
            PortError: AWS failed, or the item is no view.
        """
        with port_errors():
            answer = self._client.get_item(
                TableName=self._table, Key=_place(incident_id), ConsistentRead=True
            )
        item = answer.get("Item")
        if item is None:
            return None
        at, _, _ = _text(item, "place").partition("#")
        return View(
            incident_id=incident_id,
            version=_version(item),
            status=_text(item, "status"),
            detected_at=_time(at),
            row=_text(item, "row"),
            page=_text(item, "page"),
        )

    def rows(self, status: str | None, after: str | None, limit: int) -> Sequence[Listed]:
        """Rows, newest first.

        Raises:
            PortError: AWS failed.
        """
        index, key = ("ByStatus", status) if status else ("ByPlace", EVERY)
        name = "status" if status else "every"
        older = {"place < :after": after} if after else {}
        return self._listed(index, {name: str(key)}, older, limit, forward=False)

    def written(self, after: str, limit: int) -> Sequence[Listed]:
        """Rows by when they were written, oldest first.

        Raises:
            PortError: AWS failed.
        """
        later = {"written > :after": after}
        return self._listed("ByWritten", {"every": EVERY}, later, limit, forward=True)

    def newest(self, limit: int) -> Sequence[Listed]:
        """The rows that were written last.

        Raises:
            PortError: AWS failed.
        """
        return self._listed("ByWritten", {"every": EVERY}, {}, limit, forward=False)

    def mark(self, at: datetime) -> None:
        """Note the time.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            self._client.put_item(TableName=self._table, Item={**MARK, "at": {"S": stamp(at)}})

    def marked(self) -> datetime | None:
        """The last mark.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            item = self._client.get_item(TableName=self._table, Key=MARK, ConsistentRead=True).get("Item")
        return _time(_text(item, "at")) if item else None

    def wipe(self) -> int:
        """Forget everything, the mark first.

        Raises:
            PortError: AWS failed, or did not take a delete in so many tries: some are left.
        """
        with port_errors():
            self._client.delete_item(TableName=self._table, Key=MARK)
            keys, count = list(self._keys()), 0
            for first in range(0, len(keys), BATCH):
                self._delete(keys[first : first + BATCH])
                count += len(keys[first : first + BATCH])
        return count

    def _keys(self) -> Iterator[Mapping[str, Any]]:
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table, ProjectionExpression="pk, sk"
        )
        for page in pages:
            yield from page["Items"]

    def _delete(self, keys: Sequence[Mapping[str, Any]]) -> None:
        left: Any = {self._table: [{"DeleteRequest": {"Key": dict(key)}} for key in keys]}
        for number in range(TRIES):
            left = self._client.batch_write_item(RequestItems=left)["UnprocessedItems"]
            if not left:
                return
            self._sleep(0.05 * 2**number)
        raise PortError("DynamoDB takes no more deletes: wipe again", retryable=True)

    def _listed(
        self, index: str, key: Mapping[str, str], bound: Mapping[str, str], limit: int, *, forward: bool
    ) -> Sequence[Listed]:
        [(name, value)] = key.items()
        conditions = ["#key = :key", *bound]
        values = {":key": {"S": value}}
        for condition, given in bound.items():
            values[condition.rpartition(" ")[2]] = {"S": given}
        with port_errors():
            answer = self._client.query(
                TableName=self._table,
                IndexName=index,
                KeyConditionExpression=" AND ".join(conditions),
                ExpressionAttributeNames={"#key": name},
                ExpressionAttributeValues=values,
                ScanIndexForward=forward,
                Limit=limit,
            )
        return [
            Listed(
                incident_id=_text(item, "pk").removeprefix("INCIDENT#"),
                version=_version(item),
                place=_text(item, "place"),
                row=_text(item, "row"),
                written=_text(item, "written"),
            )
            for item in answer["Items"]
        ]


def _place(incident_id: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"INCIDENT#{incident_id}"}, "sk": {"S": "VIEW"}}


def _text(item: Mapping[str, Any], name: str) -> str:
    """An attribute.

    Raises:
        PortError: it is not there.
    """
    try:
        return str(item[name]["S"])
    except KeyError as error:
        raise PortError(f"a view without {name}: `commander views rebuild`", retryable=False) from error


def _version(item: Mapping[str, Any]) -> int:
    try:
        return int(item["version"]["N"])
    except (KeyError, ValueError) as error:
        raise PortError("a view without a version: `commander views rebuild`", retryable=False) from error


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise PortError("a view without a time: `commander views rebuild`", retryable=False) from error
