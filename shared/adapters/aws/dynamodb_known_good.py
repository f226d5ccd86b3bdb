"""Known good states on DynamoDB: `pk` KNOWN#target, `sk` RUNBOOK#id, `body`, and `ttl` in epoch seconds."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.adapters.aws.errors import port_errors
from shared.ports.clock import Clock
from shared.ports.known_good import Plain

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEEP = timedelta(days=400)


class DynamodbKnownGood:
    """The latest stays; one that cannot be read is as if there were none."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def save(self, target: str, runbook: str, state: Plain) -> None:
        """Remember a state.

        Raises:
            PortError: AWS failed.
        """
        ends = str(int((self._clock.now() + KEEP).timestamp()))
        body = json.dumps(state)
        with port_errors():
            self._client.put_item(
                TableName=self._table,
                Item={**_place(target, runbook), "body": {"S": body}, "ttl": {"N": ends}},
            )

    def find(self, target: str, runbook: str) -> Plain | None:
        """The last one, if there is one that can be read.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            item = self._client.get_item(
                TableName=self._table, Key=_place(target, runbook), ConsistentRead=True
            ).get("Item")
        try:
            found = json.loads(item["body"]["S"]) if item else None
        except (KeyError, ValueError):
            return None
        return found if isinstance(found, dict) else None


def _place(target: str, runbook: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"KNOWN#{target}"}, "sk": {"S": f"RUNBOOK#{runbook}"}}
