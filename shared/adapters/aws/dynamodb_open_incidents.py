"""The open incidents on DynamoDB: an item an application, `pk`, `sk`, `version`, `body` and `ttl`."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pydantic import ValidationError

from shared.adapters.aws.versioned_items import Item, VersionedItems
from shared.domain.errors import PortError
from shared.ports.clock import Clock
from shared.ports.open_incidents import KEEP, Claims

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamodbOpenIncidents:
    """A list an application; a claim nobody released ends by itself."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        self._items = VersionedItems(client, table, clock)
        self._clock = clock

    def of(self, application: str) -> Claims:
        """The application's open incidents, read consistently.

        Raises:
            PortError: AWS failed, or the item is no list.
        """
        known, now = _claims(self._items.read(_key(application))), self._clock.now()
        return known.model_copy(update={"open": tuple(one for one in known.open if one.at + KEEP >= now)})

    def claim(self, application: str, incident_id: str, seen: Claims) -> bool:
        """Say that this incident is opened, if the list is still as it was seen.

        Raises:
            PortError: AWS failed; it may be claimed.
        """
        now = self._clock.now()

        def decide(item: Item | None) -> str | None:
            known = _claims(item)
            return (
                known.with_one(incident_id, now).model_dump_json() if known.version == seen.version else None
            )

        return self._changed(application, decide).version == seen.version

    def claim_again(self, application: str, incident_id: str) -> None:
        """Say that an incident is open again.

        Raises:
            PortError: AWS failed; it may not be claimed.
        """
        now = self._clock.now()
        self._changed(application, lambda item: _claims(item).with_one(incident_id, now).model_dump_json())

    def release(self, application: str, incident_id: str) -> None:
        """Say that it is over.

        Raises:
            PortError: AWS failed; it may still be claimed.
        """

        def decide(item: Item | None) -> str | None:
            known = _claims(item)
            return known.without(incident_id).model_dump_json() if incident_id in known else None

        self._changed(application, decide)

    def held(self, applications: Sequence[str]) -> Sequence[str]:
        """The open incidents of these applications, read one by one.

        Raises:
            PortError: AWS failed, or an item is no list.
        """
        return [claim.incident_id for one in applications for claim in self.of(one).open]

    def _changed(self, application: str, decide: Callable[[Item | None], str | None]) -> Claims:
        """The list as it was when the decision that counts was made."""
        return _claims(self._items.change(_key(application), decide, KEEP))


def _claims(item: Item | None) -> Claims:
    if item is None or "body" not in item:  # none yet, or the one claim of an older version, which ends
        return Claims()
    try:
        return Claims.model_validate_json(item["body"]["S"])
    except (KeyError, ValidationError) as error:
        raise PortError(f"{item['pk']['S']} is no list of open incidents", retryable=False) from error


def _key(application: str) -> Item:
    return {"pk": {"S": f"OPEN#{application}"}, "sk": {"S": "OPEN"}}
