"""What a reset makes the stage forget: the changes that it noted of the patient, the reset's own among them.

Diagnosis looks for changes half an hour back. Left there, the way back to health would be the cause of the
next scenario. Incidents' logs are never touched.
"""

import time

from botocore.exceptions import ClientError

from scripts.local_aws.process import LocalAws
from shared.domain.service import ServiceCatalogue

STACK, OUTPUT = "IncidentCommander-Local-Data", "StateTable"
QUIET_SECONDS, MOST_SECONDS = 2.5, 8.0
"""How long nothing more must be noted, and how long is waited for that at most."""


class Forgetting:
    """Over the state table of the stage `local`; without one there is nothing to forget."""

    def __init__(self, aws: LocalAws, services: ServiceCatalogue) -> None:
        self._aws = aws
        self._applications = sorted({one.application for one in services.services})

    def __call__(self) -> None:
        """Forget, until nothing more comes."""
        table = self._table()
        if table is None:
            return
        begun = quiet = time.monotonic()
        while time.monotonic() - quiet < QUIET_SECONDS and time.monotonic() - begun < MOST_SECONDS:
            if self._forgotten(table):
                quiet = time.monotonic()
            time.sleep(0.25)

    def _table(self) -> str | None:
        try:
            [stack] = self._aws.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        except ClientError:
            return None
        outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
        return outputs.get(OUTPUT)

    def _forgotten(self, table: str) -> int:
        client, count = self._aws.client("dynamodb"), 0
        for application in self._applications:
            found = client.query(
                TableName=table,
                KeyConditionExpression="pk = :changes",
                ExpressionAttributeValues={":changes": {"S": f"CHANGE#{application}"}},
                ConsistentRead=True,
            )["Items"]
            for item in found:
                client.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
            count += len(found)
        return count
