"""What every waiting room keeps, and what Step Functions' answers mean."""

import json
from datetime import timedelta

import boto3
import pytest

from shared.adapters.aws.dynamodb_waiting_room import DynamodbWaitingRoom
from shared.adapters.aws.stepfunctions_workflow import StepFunctionsWorkflow
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_waiting_room import MemoryWaitingRoom
from shared.domain.errors import PortError
from shared.ports.workflow import WaitingRoom, waiting_key


@pytest.fixture(params=["local", "aws"])
def room(request: pytest.FixtureRequest) -> WaitingRoom:
    if request.param == "local":
        return MemoryWaitingRoom()
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbWaitingRoom(client, table, ManualClock())


def test_the_token_that_waits_is_the_last_one(room: WaitingRoom) -> None:
    key, other = (waiting_key("I1-1", what, "diagnosis") for what in ("findings", "ballot-1"))
    assert room.token(key) is None
    room.wait(key, "token")
    room.wait(other, "x" * 2_048)
    assert (room.token(key), room.token(other)) == ("token", "x" * 2_048)
    room.wait(key, "after a retry")
    assert room.token(key) == "after a retry"


def test_a_token_ends_after_a_day(aws: boto3.Session, table: str) -> None:
    clock = ManualClock()
    DynamodbWaitingRoom(aws.client("dynamodb"), table, clock).wait("key", "token")
    (item,) = aws.client("dynamodb").scan(TableName=table)["Items"]
    assert float(item["ttl"]["N"]) == (clock.now() + timedelta(days=1)).timestamp()


@pytest.fixture
def machine(aws: boto3.Session) -> str:
    definition = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}
    made = aws.client("stepfunctions").create_state_machine(
        name="incident", definition=json.dumps(definition), roleArn="arn:aws:iam::123456789012:role/machine"
    )
    return str(made["stateMachineArn"])


def test_a_name_starts_once(aws: boto3.Session, machine: str) -> None:
    client = aws.client("stepfunctions")
    workflow = StepFunctionsWorkflow(client, machine)
    assert workflow.start("I1-1", {"incident_id": "I1", "attempt": 1})
    assert not workflow.start("I1-1", {"incident_id": "I1", "attempt": 2})
    assert workflow.start("I1-2", {})
    executions = client.list_executions(stateMachineArn=machine)["executions"]
    assert sorted(each["name"] for each in executions) == ["I1-1", "I1-2"]


def test_a_machine_that_is_not_there_is_a_port_error(aws: boto3.Session, machine: str) -> None:
    workflow = StepFunctionsWorkflow(aws.client("stepfunctions"), f"{machine}-none")
    with pytest.raises(PortError, match="StateMachineDoesNotExist") as raised:
        workflow.start("I1-1", {})
    assert not raised.value.retryable
