"""Snapshots of incidents on DynamoDB: a cache beside each log (`sk` SNAPSHOT), never the truth.

Not part of the HEAD item, as a transaction is charged for all of each item that it writes: with 23 KB of
state in the head every append would cost 46 write units instead of 2.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from shared.adapters.aws.errors import port_errors
from shared.domain.errors import IncidentNotFound
from shared.domain.events import Event, Head, malformed
from shared.domain.incident import Incident, evolve, fold
from shared.domain.model import digest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EVERY = 50
"""Versions. An incident of 20 to 60 events is folded in half a millisecond; only long ones need help."""
LARGEST = 300_000
"""Bytes; an item takes 400 KB."""


class DynamodbSnapshots:
    """Kept by the appends themselves, in their transaction."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def read(self, incident_id: str) -> Incident | None:
        """What the log added up to at some version; one of another release is as good as none."""
        with port_errors():
            found = self._client.query(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="pk = :pk AND sk = :sk",
                ExpressionAttributeValues={":pk": {"S": partition(incident_id)}, ":sk": {"S": "SNAPSHOT"}},
            )["Items"]
        if not found or found[0].get("form", {}).get("S") != _form():
            return None
        try:
            return Incident.model_validate_json(found[0]["body"]["S"])
        except (KeyError, ValidationError):
            return None

    def write(self, earlier: Incident | None, since: Sequence[Event], head: Head) -> list[Any]:
        """The write of the state up to `head`; none when these events cannot be folded up to there."""
        try:
            state = resume(earlier, since)
        except IncidentNotFound:
            return []
        body = state.model_dump_json() if state.head == head else ""
        if not 0 < len(body.encode()) < LARGEST:
            return []
        pk = partition(since[-1].incident_id)
        item = {"pk": pk, "sk": "SNAPSHOT", "form": _form(), "body": body}
        return [
            {"Put": {"TableName": self._table, "Item": {name: {"S": text} for name, text in item.items()}}}
        ]


def resume(earlier: Incident | None, since: Sequence[Event]) -> Incident:
    """The fold, going on from a snapshot; as there, a malformed event moves the head and nothing else.

    Raises:
        IncidentNotFound: there is no snapshot, and these events do not open an incident.
    """
    if earlier is None:
        return fold(since)
    for event in since:
        head = Head(version=event.version, hash=event.hash)
        sound = malformed(event) is None
        earlier = evolve(earlier, event) if sound else earlier.model_copy(update={"head": head})
    return earlier


def due(before: int, after: int) -> bool:
    """Whether an append from one version to another passes a multiple of 50."""
    return after // EVERY > before // EVERY


def partition(incident_id: str) -> str:
    """An incident's partition key."""
    return f"INCIDENT#{incident_id}"


@cache
def _form() -> str:
    """What an incident looks like in this release."""
    return digest(Incident.model_json_schema())
