"""The change ledger on DynamoDB: an application's changes under one key, in the order of their times."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pydantic import ValidationError

from shared.adapters.aws.errors import code_of, port_errors
from shared.domain.errors import PortError
from shared.domain.signal import Signal
from shared.ports.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LAST = "#~"
"""Sorts after every signal of one moment: identities are hexadecimal."""


class DynamodbChanges:
    """Keys: `pk` CHANGE#application, `sk` time#signal, and `ttl` in epoch seconds."""

    def __init__(
        self, client: "DynamoDBClient", table: str, clock: Clock, keep: timedelta = timedelta(days=30)
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._keep = keep

    def note(self, application: str, change: Signal) -> None:
        """Keep a change signal once.

        Raises:
            PortError: AWS failed.
        """
        ends = int((self._clock.now() + self._keep).timestamp())
        with port_errors():
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item={
                        "pk": {"S": _pk(application)},
                        "sk": {"S": f"{_moment(change.at)}#{change.id}"},
                        "ttl": {"N": str(ends)},
                        "body": {"S": change.model_dump_json()},
                    },
                    ConditionExpression="attribute_not_exists(pk)",
                )
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise

    def between(self, application: str, start: datetime, end: datetime) -> Sequence[Signal]:
        """The changes in [start, end], oldest first.

        Raises:
            PortError: AWS failed, or an item is not a change.
        """
        found: list[Signal] = []
        with port_errors():
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :start AND :end",
                ExpressionAttributeValues={
                    ":pk": {"S": _pk(application)},
                    ":start": {"S": _moment(start)},
                    ":end": {"S": _moment(end) + LAST},
                },
            )
            for page in pages:
                found += [_change(item) for item in page["Items"]]
        return found


def _pk(application: str) -> str:
    return f"CHANGE#{application}"


def _moment(at: datetime) -> str:
    """Of one length, so that the text sorts as the time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _change(item: Mapping[str, Any]) -> Signal:
    try:
        return Signal.model_validate_json(item["body"]["S"])
    except (KeyError, ValidationError) as error:
        raise PortError(f"{item['pk']['S']} {item['sk']['S']} is not a change", retryable=False) from error
