"""What the runbooks on DynamoDB tables have in common: the target, and what is seen on it."""

from shared.domain.runbook import Observation, State

NAME = r"[A-Za-z0-9_.-]{3,255}"
TARGET = rf"arn:aws:dynamodb:[a-z0-9-]+:[0-9]{{12}}:table/(?P<TableName>{NAME})"
ARN = "arn:aws:dynamodb:{region}:{account}:table/*"
UNITS = r"[1-9][0-9]{0,4}"
CAPACITY = {
    "ReadCapacityUnits": "{{ ReadCapacityUnits }}",
    "WriteCapacityUnits": "{{ WriteCapacityUnits }}",
}
"""Its provisioned throughput, as a document's inputs have it."""


def seen(name: str, select: str) -> Observation:
    """One observation of the table."""
    return Observation(
        name=name,
        service="dynamodb",
        api="DescribeTable",
        arguments={"TableName": "{TableName}"},
        select=f"Table.{select}",
        action="dynamodb:DescribeTable",
    )


STATUS = seen("status", "TableStatus")
MODE = seen("mode", "not_null(BillingModeSummary.BillingMode, 'PROVISIONED')")
READ = seen("read", "ProvisionedThroughput.ReadCapacityUnits")
WRITE = seen("write", "ProvisionedThroughput.WriteCapacityUnits")


def obstacle(state: State) -> str:
    """Why a provisioned table cannot be changed now, or nothing."""
    if state.get("status") != "ACTIVE":
        return f"the table is {state.get('status')}"
    if state["mode"] != "PROVISIONED" or not state["read"] or not state["write"]:
        return "its capacity is not provisioned"
    return ""
