"""Stream mappings: order, partial failures, bisection, retries, age, dead letters, filters."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from scripts.local_aws.process import LocalAws
from tests.local_aws.conftest import Maker, eventually, ever, unique

pytestmark = pytest.mark.local_aws

# Prints what it saw, and fails as a record tells it to.
HANDLER = """
import base64, json

def body(record):
    if "kinesis" in record:
        return json.loads(base64.b64decode(record["kinesis"]["data"]))
    return {"id": record["dynamodb"]["Keys"]["pk"]["S"]}

def sequence(record):
    if "kinesis" in record:
        return record["kinesis"]["sequenceNumber"]
    return record["dynamodb"]["SequenceNumber"]

def handler(event, context):
    bodies = [body(record) for record in event["Records"]]
    print("BATCH", json.dumps([each["id"] for each in bodies]))
    if any(each.get("raise") for each in bodies):
        raise RuntimeError("poison")
    failed = [sequence(r) for r, each in zip(event["Records"], bodies) if each.get("poison")]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed[:1]]}
"""


@pytest.fixture
def stream(aws: LocalAws) -> str:
    kinesis, name = aws.client("kinesis"), unique("stream")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    return name


def stream_arn(aws: LocalAws, name: str) -> str:
    summary = aws.client("kinesis").describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    return str(summary["StreamARN"])


def put(aws: LocalAws, stream: str, *records: dict[str, Any], key: str = "same") -> None:
    aws.client("kinesis").put_records(
        StreamName=stream, Records=[{"Data": json.dumps(each), "PartitionKey": key} for each in records]
    )


def mapping(aws: LocalAws, function: str, source: str, **settings: Any) -> str:
    made = aws.client("lambda").create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=source,
        **{"StartingPosition": "TRIM_HORIZON", "BatchSize": 10, **settings},
    )
    return str(made["UUID"])


def batches(aws: LocalAws, function: str) -> list[list[Any]]:
    logs = aws.client("logs")
    try:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}", filterPattern="BATCH")[
            "events"
        ]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [json.loads(event["message"].split("BATCH ")[1]) for event in events]


def seen(aws: LocalAws, function: str) -> Callable[[], list[Any]]:
    return lambda: [each for batch in batches(aws, function) for each in batch]


def test_a_poison_record_is_isolated_and_none_of_the_others_is_lost(
    aws: LocalAws, make: Maker, stream: str
) -> None:
    url, arn = make.queue()
    function = make.function(HANDLER)
    put(aws, stream, *({"id": n, **({"poison": True} if n == 3 else {})} for n in range(8)))
    mapping(
        aws,
        function,
        stream_arn(aws, stream),
        FunctionResponseTypes=["ReportBatchItemFailures"],
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    (dead,) = make.drain(url)
    assert dead["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert dead["requestContext"]["functionArn"].endswith(function)
    assert dead["KinesisBatchInfo"]["batchSize"] == 1
    assert dead["KinesisBatchInfo"]["startSequenceNumber"] == dead["KinesisBatchInfo"]["endSequenceNumber"]
    assert eventually(lambda: set(seen(aws, function)()) == set(range(8)))
    assert seen(aws, function)().count(0) == 1  # before the lowest failure: processed, not sent again


def test_a_raising_function_without_bisection_gets_the_same_batch_a_finite_number_of_times(
    aws: LocalAws, make: Maker, stream: str
) -> None:
    url, arn = make.queue()
    function = make.function(HANDLER)
    put(aws, stream, {"id": 0}, {"id": 1, "raise": True})
    mapping(
        aws,
        function,
        stream_arn(aws, stream),
        MaximumRetryAttempts=2,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    (dead,) = make.drain(url)
    assert dead["requestContext"]["approximateInvokeCount"] == 3
    assert dead["responseContext"]["functionError"] == "Unhandled"
    assert dead["KinesisBatchInfo"]["batchSize"] == 2
    assert eventually(lambda: len(batches(aws, function)) == 3)
    assert set(map(tuple, batches(aws, function))) == {(0, 1)}


def test_a_record_that_grew_too_old_goes_to_a_dead_letter_topic(
    aws: LocalAws, make: Maker, stream: str
) -> None:
    url, queue = make.queue()
    sns = aws.client("sns")
    topic = sns.create_topic(Name=unique("dead"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    put(aws, stream, {"id": 0, "raise": True})
    mapping(
        aws,
        make.function(HANDLER),
        stream_arn(aws, stream),
        MaximumRecordAgeInSeconds=1,  # AWS takes 60 and more; the rule is the same
        DestinationConfig={"OnFailure": {"Destination": topic}},
    )
    (dead,) = make.drain(url)
    assert dead["requestContext"]["condition"] == "RecordAgeExceeded"
    assert dead["KinesisBatchInfo"]["streamArn"] == stream_arn(aws, stream)


def test_kinesis_filters_match_the_decoded_data(aws: LocalAws, make: Maker, stream: str) -> None:
    function = make.function(HANDLER)
    pattern = {"data": {"signal": {"kind": ["alarm"]}, "severity": [{"numeric": [">", 2]}]}}
    put(
        aws,
        stream,
        {"id": "kind", "signal": {"kind": "log"}, "severity": 5},
        {"id": "severity", "signal": {"kind": "alarm"}, "severity": 1},
        {"id": "both", "signal": {"kind": "alarm"}, "severity": 5},
    )
    mapping(
        aws, function, stream_arn(aws, stream), FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]}
    )
    assert eventually(seen(aws, function)) == ["both"]


def test_every_shard_is_read_and_order_holds_within_a_key(aws: LocalAws, make: Maker) -> None:
    kinesis, name = aws.client("kinesis"), unique("stream")
    kinesis.create_stream(StreamName=name, ShardCount=3)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    function = make.function(HANDLER)
    mapping(aws, function, stream_arn(aws, name), BatchSize=2)
    keys = [f"key-{n}" for n in range(6)]
    for key in keys:
        put(aws, name, *({"id": f"{key}/{n}"} for n in range(4)), key=key)
    assert eventually(lambda: len(seen(aws, function)()) == 24)
    for key in keys:
        own = [each for each in seen(aws, function)() if each.startswith(f"{key}/")]
        assert own == [f"{key}/{n}" for n in range(4)]


def test_a_disabled_mapping_stops_and_goes_on_where_it_stopped(
    aws: LocalAws, make: Maker, stream: str
) -> None:
    function, client = make.function(HANDLER), aws.client("lambda")
    uuid = mapping(aws, function, stream_arn(aws, stream))
    put(aws, stream, {"id": 1})
    assert eventually(seen(aws, function)) == [1]
    client.update_event_source_mapping(UUID=uuid, Enabled=False)
    assert eventually(lambda: client.get_event_source_mapping(UUID=uuid)["State"] == "Disabled")
    time.sleep(0.3)  # on AWS a mapping is Disabling for a while; here its poller ends within 0.2 s
    put(aws, stream, {"id": 2})
    assert not ever(lambda: 2 in seen(aws, function)(), 1)
    client.update_event_source_mapping(UUID=uuid, Enabled=True)
    assert eventually(lambda: 2 in seen(aws, function)())
    assert seen(aws, function)() == [1, 2]


def test_table_streams_are_filtered_by_event_and_image_and_report_failures(
    aws: LocalAws, make: Maker
) -> None:
    dynamodb, table = aws.client("dynamodb"), unique("table")
    made = dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    function = make.function(HANDLER)
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["incident"]}}}}
    mapping(
        aws,
        function,
        made["TableDescription"]["LatestStreamArn"],
        FunctionResponseTypes=["ReportBatchItemFailures"],
        FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]},
    )
    for pk, kind in (("a", "note"), ("b", "incident"), ("b", "incident"), ("c", "incident")):
        item = {"pk": {"S": pk}, "kind": {"S": kind}, "at": {"N": str(time.time())}}
        dynamodb.put_item(TableName=table, Item=item)
    assert eventually(lambda: len(seen(aws, function)()) == 2)
    assert seen(aws, function)() == ["b", "c"]


def test_a_handler_gets_records_in_the_shape_that_aws_documents(
    aws: LocalAws, make: Maker, stream: str
) -> None:
    function = make.function("import json\ndef handler(event, context): print('RECORD', json.dumps(event))")
    mapping(aws, function, stream_arn(aws, stream))
    put(aws, stream, {"id": 1})
    logs = aws.client("logs")

    def printed() -> list[str]:
        try:
            found = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}", filterPattern="RECORD")
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in found["events"]]

    (record,) = json.loads(eventually(printed)[0].split("RECORD ")[1])["Records"]
    assert json.loads(base64.b64decode(record["kinesis"]["data"])) == {"id": 1}
    assert record["eventSource"] == "aws:kinesis"
    assert record["eventSourceARN"] == stream_arn(aws, stream)
    assert record["eventID"].startswith("shardId-000000000000:")
    assert set(record["kinesis"]) == {
        "kinesisSchemaVersion", "partitionKey", "sequenceNumber", "data", "approximateArrivalTimestamp",
    }  # fmt: skip
