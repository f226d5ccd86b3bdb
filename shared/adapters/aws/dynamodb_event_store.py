"""The event store on DynamoDB: one transaction an append, consistent reads."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.domain.errors import ConcurrentAppend, PortError
from shared.domain.events import Event, Head, head_of
from shared.domain.facts import Author, Fact
from shared.domain.model import canonical_json
from shared.domain.placing import lying_at, told_apart
from shared.ports.authority import Signer
from shared.ports.clock import Clock
from shared.ports.event_store import Pen

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST = 99
"""Facts an append: a transaction takes 100 items, and the head is one of them."""
LAST = 10**12 - 1
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
"""Seconds."""
LOST = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
BUSY = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})


class DynamodbEventStore:
    """Writes as one author. Keys: `pk` INCIDENT#id, `sk` EVENT#version or HEAD.

    Events never change, so a store reads each once: after that only the last that it knows, to see that the
    log still goes on from there, and what is new.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        author: Author,
        signer: Signer,
        clock: Clock,
        page_size: int = 500,
        sleep: Callable[[float], None] = time.sleep,
        remember: int = 5_000,
    ) -> None:
        self._client = client
        self._table = table
        self._pen = Pen(author, signer, clock)
        self._page_size = page_size
        self._sleep = sleep
        self._remember = remember  # events, of all incidents together
        self._known: dict[str, tuple[Event, ...]] = {}

    def read(self, incident_id: str) -> tuple[Event, ...]:
        """The incident's events in order, with every event that was appended before this call.

        Raises:
            PortError: AWS failed, or an item is not an event.
        """
        known = self._known.get(incident_id, ())
        events = self._query(incident_id, known[-1].version if known else 1)
        if known:
            goes_on = events[:1] == known[-1:]
            events = (*known, *events[1:]) if goes_on else self._query(incident_id, 1)
        if sum(map(len, self._known.values())) > self._remember:
            self._known.clear()
        if events:
            self._known[incident_id] = events
        return told_apart(events)

    def append(
        self, incident_id: str, head: Head, facts: Sequence[Fact], cause: str = ""
    ) -> tuple[Event, ...]:
        """Append in one transaction, at most 99 facts.

        Raises:
            ConcurrentAppend: the log does not end at `head` any more; nothing was written.
            PortError: AWS failed; nothing is known to be written.
        """
        if not facts:
            return ()
        if len(facts) > MOST:
            raise PortError(f"{len(facts)} facts in one append, at most {MOST}", retryable=False)
        made = self._pen.write(incident_id, head, facts, cause)
        writes = [self._head_put(incident_id, head, head_of(made)), *map(self._event_put, made)]
        with port_errors():
            try:
                self._client.transact_write_items(TransactItems=writes)
            except ClientError as error:
                raise _cancelled(error, incident_id, head) from error
        return made

    def give_way(self, lost: int) -> None:
        """Wait before the next attempt after so many races lost: up to 50 ms, doubled each time, up to 2 s.

        All of it by chance ("full jitter"): https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
        """
        self._sleep(random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**lost)))  # noqa: S311 - no secret

    def _query(self, incident_id: str, first: int) -> tuple[Event, ...]:
        """The events from a version on, read consistently."""
        found: list[Event] = []
        with port_errors():
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues={
                    ":pk": {"S": _pk(incident_id)},
                    ":first": {"S": _sk(first)},
                    ":last": {"S": _sk(LAST)},
                },
                PaginationConfig={"PageSize": self._page_size},
            )
            for page in pages:
                found += [event_of(item) for item in page["Items"]]
        return tuple(found)

    def _event_put(self, event: Event) -> Any:
        item = {
            "pk": _pk(event.incident_id),
            "sk": _sk(event.version),
            "type": event.type,
            "author": event.recorded_by.value,
            "incident_id": event.incident_id,
            "body": canonical_json(event.plain()).decode(),
        }
        return {
            "Put": {
                "TableName": self._table,
                "Item": {name: {"S": value} for name, value in item.items()},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def _head_put(self, incident_id: str, expected: Head, new: Head) -> Any:
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": {
                "pk": {"S": _pk(incident_id)},
                "sk": {"S": "HEAD"},
                "version": {"N": str(new.version)},
                "hash": {"S": new.hash},
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if expected.version:
            put |= {
                "ConditionExpression": "#version = :version AND #hash = :hash",
                "ExpressionAttributeNames": {"#version": "version", "#hash": "hash"},
                "ExpressionAttributeValues": {
                    ":version": {"N": str(expected.version)},
                    ":hash": {"S": expected.hash},
                },
            }
        return {"Put": put}


def _pk(incident_id: str) -> str:
    return f"INCIDENT#{incident_id}"


def _sk(version: int) -> str:
    return f"EVENT#{version:012d}"


def event_of(item: Mapping[str, Any]) -> Event:
    """The event in an item, as the one of the item's keys.

    Raises:
        PortError: there is none.
    """
    try:
        event = Event.model_validate_json(item["body"]["S"])
        incident_id, version = (item[name]["S"].partition("#")[2] for name in ("pk", "sk"))
        return lying_at(event, incident_id, int(version))
    except (KeyError, ValueError) as error:
        where = f"{item['pk']['S']} {item['sk']['S']}"
        raise PortError(f"{where} is not an event: run the audit", retryable=False) from error


def _cancelled(error: ClientError, incident_id: str, head: Head) -> Exception:
    if code_of(error) != "TransactionCanceledException":
        return error
    reasons: Any = error.response.get("CancellationReasons", [])
    codes = {reason.get("Code", "") for reason in reasons}
    if codes & LOST:
        return ConcurrentAppend(incident_id, head.version)
    return PortError(str(error), retryable=bool(codes & BUSY))
