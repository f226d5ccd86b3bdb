"""Kill switch and levels, on DynamoDB."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from shared.adapters.aws.versioned_items import Item, VersionedItems
from shared.domain.autonomy import LevelChange, Levels
from shared.domain.errors import PortError
from shared.ports.clock import Clock
from shared.ports.controls import KillSwitch, demoted, with_level, without_level

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")
SWITCH = TypeAdapter(KillSwitch)
CHANGES = TypeAdapter(tuple[LevelChange, ...])
Change = Callable[[Sequence[LevelChange]], tuple[LevelChange, ...]]


class DynamodbControls:
    """Keys: `pk` CONTROL#STOP, CONTROL#LEVELS (by people) or CONTROL#DEMOTED (by the machine); `sk` ALL.

    They are three items so that the machine's role can be kept from the first two.
    """

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        self._items = VersionedItems(client, table, clock)

    def kill_switch(self) -> KillSwitch | None:
        """The switch as it was last set, read consistently.

        Raises:
            PortError: AWS failed, or the item is not a switch.
        """
        return _body(SWITCH, self._items.read(_key("STOP")), "STOP")

    def switch(self, switch: KillSwitch) -> None:
        """Set it; also in place of one that cannot be read.

        Raises:
            PortError: AWS failed, or other writers were always faster.
        """
        self._items.change(_key("STOP"), lambda _: switch.model_dump_json(), keep=None)

    def levels(self) -> Levels:
        """The levels that were changed, read consistently.

        Raises:
            PortError: AWS failed, or an item cannot be read.
        """
        by_people, by_harm = self._changes("LEVELS"), self._changes("DEMOTED")
        return Levels(set=by_people, demoted=by_harm)

    def set_level(self, change: LevelChange) -> None:
        """A person sets the level of a runbook and tier; then a demotion that stood is lifted.

        Raises:
            PortError: AWS failed, other writers were always faster, or an item cannot be read.
        """
        self._rewrite("LEVELS", lambda known: with_level(known, change))
        self._rewrite("DEMOTED", lambda known: without_level(known, change))

    def demote(self, change: LevelChange) -> None:
        """Lower the level of a runbook and tier.

        Raises:
            PortError: as `set_level`.
        """
        self._rewrite("DEMOTED", lambda known: demoted(known, change))

    def _changes(self, what: str) -> tuple[LevelChange, ...]:
        return _body(CHANGES, self._items.read(_key(what)), what) or ()

    def _rewrite(self, what: str, change: Change) -> None:
        def body(item: Item | None) -> str | None:
            known = _body(CHANGES, item, what) or ()
            after = change(known)
            return None if after == known else CHANGES.dump_json(after).decode()

        self._items.change(_key(what), body, keep=None)


def _key(what: str) -> dict[str, Any]:
    return {"pk": {"S": f"CONTROL#{what}"}, "sk": {"S": "ALL"}}


def _body(kind: TypeAdapter[T], item: Item | None, what: str) -> T | None:
    if item is None:
        return None
    try:
        return kind.validate_json(item["body"]["S"])
    except (KeyError, ValidationError) as error:
        raise PortError(f"CONTROL#{what} cannot be read: delete the item", retryable=False) from error
