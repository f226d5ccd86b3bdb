"""What was done lately, on DynamoDB."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from shared.adapters.aws.versioned_items import Item, VersionedItems
from shared.domain.errors import PortError
from shared.domain.model import digest
from shared.ports.action_history import DAY, HOUR, Acted, Counts, Past, begun, counted, harmful, touching
from shared.ports.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PAST = TypeAdapter(tuple[Past, ...])
SLACK = timedelta(hours=1)
"""An item outlives its window by this much, in case clocks differ."""


class DynamodbActionHistory:
    """Keys: `pk` ACTED#SERVICE#name, ACTED#REMEDY#digest of runbook and target, or ACTED#TARGET#digest of the
    target; `sk` ALL.

    Each is one item with the actions of its window, and carries a version number: a change that another one
    overtook is decided anew.
    """

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        self._items = VersionedItems(client, table, clock)

    def before(self, action: Acted) -> Counts:
        """What went before this action, read consistently.

        Raises:
            PortError: AWS failed, or an item cannot be read.
        """
        on_service = _past(self._items.read(_service(action)))
        return counted(on_service, _past(self._items.read(_remedy(action))), action)

    def begin(self, action: Acted, most: int) -> bool:
        """Note the action before it begins; False when `most` others are in the hour already.

        Raises:
            PortError: AWS failed, other writers were always faster, or an item cannot be read.
        """

        def admit(past: Sequence[Past]) -> tuple[Past, ...] | None:
            return begun(past, action, HOUR, most)

        if admit(self._rewrite(_service(action), admit, HOUR)) is None:
            return False
        self._rewrite(_remedy(action), lambda past: begun(past, action, DAY, None), DAY)
        return True

    def touch(self, target: str, token: str, at: datetime) -> None:
        """Note that the machine changes a target.

        Raises:
            PortError: as `begin`.
        """
        self._rewrite(_target(target), lambda past: touching(past, token, at), HOUR)

    def touched(self, target: str) -> tuple[datetime, ...]:
        """When it began to change this target, in the last hour.

        Raises:
            PortError: AWS failed, or the item cannot be read.
        """
        return tuple(one.at for one in _past(self._items.read(_target(target))))

    def harmed(self, action: Acted) -> None:
        """The action did harm.

        Raises:
            PortError: as `begin`.
        """
        self._rewrite(_remedy(action), lambda past: harmful(past, action), DAY)

    def _rewrite(
        self, key: Item, change: Callable[[Sequence[Past]], tuple[Past, ...] | None], keep: timedelta
    ) -> tuple[Past, ...]:
        """Change what was done; returns it as it was before that."""

        def body(item: Item | None) -> str | None:
            known = _past(item)
            after = change(known)
            return None if after is None or after == known else PAST.dump_json(after).decode()

        return _past(self._items.change(key, body, keep + SLACK))


def _service(action: Acted) -> dict[str, Any]:
    return _key(f"SERVICE#{action.service}")


def _remedy(action: Acted) -> dict[str, Any]:
    return _key(f"REMEDY#{digest([action.runbook, action.target])}")


def _target(target: str) -> dict[str, Any]:
    return _key(f"TARGET#{digest(target)}")


def _key(what: str) -> dict[str, Any]:
    return {"pk": {"S": f"ACTED#{what}"}, "sk": {"S": "ALL"}}


def _past(item: Item | None) -> tuple[Past, ...]:
    if item is None:
        return ()
    try:
        return PAST.validate_json(item["body"]["S"])
    except (KeyError, ValidationError) as error:
        raise PortError("what was done lately cannot be read: delete the item", retryable=False) from error
