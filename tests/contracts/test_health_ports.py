"""What the health monitor reads of executions, functions, buckets and the archive, over every adapter."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from shared.adapters.aws.dynamodb_buckets import DynamodbBuckets
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.dynamodb_raw_log import DynamodbRawLog
from shared.adapters.aws.lambda_functions import LambdaFunctions
from shared.adapters.aws.s3_archive import S3Archive
from shared.adapters.aws.stepfunctions_executions import StepFunctionsExecutions
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_archive import MemoryArchive
from shared.adapters.local.memory_authority import MemorySigner
from shared.adapters.local.memory_buckets import MemoryBuckets
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.adapters.local.memory_executions import MemoryExecutions
from shared.adapters.local.memory_functions import MemoryFunctions
from shared.adapters.local.memory_raw_log import MemoryRawLog
from shared.domain.errors import PortError
from shared.domain.events import Head, head_of
from shared.domain.facts import Author
from shared.ports.archive import Archive
from shared.ports.buckets import Bucket, Buckets
from shared.ports.executions import Execution, Executions
from shared.ports.functions import Activity, Feed
from tests.sample import opened

NOW = datetime.now(UTC)
SLACK = Bucket("slack", per_second=1, burst=5)


@pytest.fixture(params=["local", "aws"])
def executions(request: pytest.FixtureRequest) -> Executions:
    """INC-1-1 was stopped, INC-1-2 runs since just now."""
    if request.param == "local":
        found = MemoryExecutions(Execution("INC-1-1", NOW - timedelta(seconds=2)), Execution("INC-1-2", NOW))
        found.ended.add("INC-1-1")
        return found
    client = request.getfixturevalue("aws").client("stepfunctions")
    states = {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}
    arn = client.create_state_machine(
        name="incident",
        definition=json.dumps({"StartAt": "Wait", "States": states}),
        roleArn="arn:aws:iam::123456789012:role/machine",
    )["stateMachineArn"]
    first = client.start_execution(stateMachineArn=arn, name="INC-1-1")["executionArn"]
    client.stop_execution(executionArn=first)
    client.start_execution(stateMachineArn=arn, name="INC-1-2")
    return StepFunctionsExecutions(client, arn)


def test_what_runs_is_told_from_what_ran(executions: Executions) -> None:
    assert [one.name for one in executions.running()] == ["INC-1-2"]
    assert [one.name for one in executions.latest(5)] == ["INC-1-2", "INC-1-1"]
    assert [one.incident_id for one in executions.latest(1)] == ["INC-1"]
    assert (
        NOW
        <= executions.running()[0].started_at + timedelta(seconds=1)
        <= datetime.now(UTC) + timedelta(seconds=2)
    )


def test_a_fallback_is_an_attempt_at_the_same_incident() -> None:
    assert Execution("INC-1-2-fallback", NOW).incident_id == "INC-1"


def test_a_machine_that_is_not_there_is_a_port_error(aws: boto3.Session) -> None:
    arn = "arn:aws:states:eu-central-1:123456789012:stateMachine:nobody"
    with pytest.raises(PortError):
        StepFunctionsExecutions(aws.client("stepfunctions"), arn).running()


class Lambda:
    """Lambda as far as mappings go, a page at a time; moto wants a whole function for each."""

    def __init__(self, *mappings: dict[str, str]) -> None:
        self.mappings = mappings

    def list_event_source_mappings(self, MaxItems: int, Marker: str = "0") -> dict[str, Any]:  # noqa: N803
        at = int(Marker)
        page: dict[str, Any] = {"EventSourceMappings": list(self.mappings[at : at + 1])}
        return {**page, "NextMarker": str(at + 1)} if at + 1 < len(self.mappings) else page


def mapping(id_: str, function: str, state: str) -> dict[str, str]:
    arn = f"arn:aws:lambda:eu-central-1:123456789012:function:{function}"
    return {"UUID": id_, "FunctionArn": arn, "EventSourceArn": f"stream-{id_}", "State": state}


@pytest.fixture(params=["local", "aws"])
def functions(request: pytest.FixtureRequest) -> MemoryFunctions | LambdaFunctions:
    """Detection ran twice and failed once lately; its signals are off. Others' mappings are no concern."""
    if request.param == "local":
        found = MemoryFunctions(
            Feed("1", "detection", "stream-1", "Enabled"), Feed("2", "detection", "stream-2", "Disabled")
        )
        found.ran["detection"] = [NOW - timedelta(minutes=6), NOW - timedelta(minutes=1)]
        found.failed["detection"] = [NOW - timedelta(minutes=1)]
        return found
    cloudwatch = request.getfixturevalue("aws").client("cloudwatch")
    for name, ages in (("Invocations", (6, 1)), ("Errors", (1,))):
        cloudwatch.put_metric_data(
            Namespace="AWS/Lambda",
            MetricData=[
                {
                    "MetricName": name,
                    "Dimensions": [{"Name": "FunctionName", "Value": "Stage-Detection"}],
                    "Value": 1.0,
                    "Timestamp": NOW - timedelta(minutes=age),
                }
                for age in ages
            ],
        )
    mappings = Lambda(
        mapping("2", "Stage-Detection", "Disabled"),
        mapping("9", "Somebody", "Disabled"),
        mapping("1", "Stage-Detection:live", "Enabled"),
    )
    return LambdaFunctions(mappings, cloudwatch, {"detection": "Stage-Detection", "intake": "Stage-Intake"})


def test_a_feed_that_is_off_is_seen(functions: MemoryFunctions | LambdaFunctions) -> None:
    assert [(one.function, one.stream, one.on) for one in functions.feeds()] == [
        ("detection", "stream-1", True),
        ("detection", "stream-2", False),
    ]


def test_when_a_function_ran_and_failed_is_seen(functions: MemoryFunctions | LambdaFunctions) -> None:
    did = functions.activity(("detection", "intake"), NOW - timedelta(minutes=30), NOW)
    assert (did["detection"].invocations, did["detection"].errors) == (2, 1)
    last = did["detection"].last
    assert last is not None
    assert NOW - timedelta(minutes=7) < last < NOW
    assert did["intake"] == Activity(0, 0)


@pytest.fixture(params=["local", "aws"])
def buckets(request: pytest.FixtureRequest) -> tuple[Buckets, ManualClock]:
    clock = ManualClock()
    if request.param == "local":
        return MemoryBuckets(clock), clock
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbBuckets(client, table, clock), clock


def test_what_is_left_in_a_bucket_is_seen_and_stays(buckets: tuple[Buckets, ManualClock]) -> None:
    kept, clock = buckets
    assert kept.left(SLACK) == 5
    for _ in range(5):
        kept.take(SLACK)
    assert [kept.left(SLACK), kept.left(SLACK)] == [0, 0]
    clock.advance(timedelta(seconds=2.5))
    assert kept.left(SLACK) == 2
    clock.advance(timedelta(days=1))
    assert kept.left(SLACK) == 5


@pytest.fixture(params=["local", "aws"])
def archive(request: pytest.FixtureRequest) -> Archive:
    if request.param == "local":
        return MemoryArchive()
    s3 = request.getfixturevalue("aws").client("s3")
    where = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True)
    return S3Archive(s3, "kept")


def test_from_any_place_the_next_incident_is_found_and_after_the_last_the_first(archive: Archive) -> None:
    assert archive.incident_from("INC-5") is None
    for incident in ("INC-2", "INC-7"):
        for version in (1, 2):
            archive.keep(incident, version, "{}")
    places = ("", "INC-1", "INC-2", "INC-3", "INC-7", "INC-8")
    assert [archive.incident_from(place) for place in places] == [
        "INC-2", "INC-2", "INC-2", "INC-7", "INC-7", "INC-2",
    ]  # fmt: skip


def test_every_raw_log_has_the_same_items_and_head(aws: boto3.Session, table: str) -> None:
    logs, clock, signer = MemoryLogs(), ManualClock(), MemorySigner(b"key")
    client = aws.client("dynamodb")
    stores = (
        MemoryEventStore(logs, Author.DETECTION, signer, ManualClock()),
        DynamodbEventStore(client, table, Author.DETECTION, signer, clock),
    )
    made = [store.append("I1", Head(), [opened()]) for store in stores]
    memory, dynamodb = MemoryRawLog(logs), DynamodbRawLog(client, table)
    assert made[0] == made[1]
    assert memory.items("I1") == dynamodb.items("I1")
    assert memory.head("I1") == dynamodb.head("I1") == head_of(made[0])
    assert (
        (memory.items("I2"), memory.head("I2")) == (dynamodb.items("I2"), dynamodb.head("I2")) == ((), None)
    )
