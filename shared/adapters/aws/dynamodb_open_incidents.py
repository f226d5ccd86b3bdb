"""The open incidents on DynamoDB (`pk`, `sk`, and `ttl` in epoch seconds)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import code_of, port_errors
from shared.domain.errors import PortError
from shared.ports.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ATTEMPTS = 5


class DynamodbOpenIncidents:
    """At most one open incident an application; a claim nobody released ends by itself."""

    def __init__(
        self, client: "DynamoDBClient", table: str, clock: Clock, keep: timedelta = timedelta(days=7)
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._keep = keep

    def claim(self, application: str, incident_id: str) -> str:
        """The application's open incident.

        Raises:
            PortError: AWS failed, or claims came and went faster than this one could be made.
        """
        for _ in range(ATTEMPTS):
            if self._put(application, incident_id):
                return incident_id
            with port_errors():
                held = self._client.get_item(
                    TableName=self._table, Key=_claim(application), ConsistentRead=True
                ).get("Item")
            if held is not None:
                return held["incident_id"]["S"]
        raise PortError(f"the claim on {application} keeps changing hands", retryable=True)

    def release(self, application: str, incident_id: str) -> None:
        """Let the next signal open a new incident."""
        with port_errors():
            try:
                self._client.delete_item(
                    TableName=self._table,
                    Key=_claim(application),
                    ConditionExpression="incident_id = :mine",
                    ExpressionAttributeValues={":mine": {"S": incident_id}},
                )
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise

    def held(self, applications: Sequence[str]) -> Sequence[str]:
        """The open incidents of these applications, read one by one.

        Raises:
            PortError: AWS failed.
        """
        found, now = [], self._clock.now().timestamp()
        for application in applications:
            with port_errors():
                answer = self._client.get_item(TableName=self._table, Key=_claim(application))
            item = answer.get("Item")
            if item is not None and int(item["ttl"]["N"]) >= now:
                found.append(item["incident_id"]["S"])
        return found

    def _put(self, application: str, incident_id: str) -> bool:
        now = self._clock.now()
        ends = str(int((now + self._keep).timestamp()))
        with port_errors():
            try:
                # DynamoDB deletes expired items late, so the condition looks at the time itself.
                self._client.put_item(
                    TableName=self._table,
                    Item={**_claim(application), "incident_id": {"S": incident_id}, "ttl": {"N": ends}},
                    ConditionExpression="attribute_not_exists(pk) OR #ttl < :now",
                    ExpressionAttributeNames={"#ttl": "ttl"},
                    ExpressionAttributeValues={":now": {"N": str(int(now.timestamp()))}},
                )
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True


def _claim(application: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"OPEN#{application}"}, "sk": {"S": "OPEN"}}
