"""What is read from CloudWatch, what is asked of it, and where it stops."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from shared.adapters.aws.cloudwatch_telemetry import MESSAGE_BYTES, PAGES, CloudwatchTelemetry
from shared.domain.errors import PortError
from shared.domain.service import Measure, MetricSource, Service
from shared.ports.telemetry import Series

MINUTE = timedelta(minutes=1)
END = datetime.now(UTC).replace(second=0, microsecond=0) - MINUTE
START = END - 10 * MINUTE


def service(name: str, log_group: str | None = None, **metrics: MetricSource) -> Service:
    return Service(
        name=name, application="shop", metrics={Measure(key): each for key, each in metrics.items()},
        log_group=log_group,
    )  # fmt: skip


def latency(of: str, **more: Any) -> MetricSource:
    return MetricSource(namespace="Shop", name="Latency", dimensions={"Service": of}, **more)


def put(aws: boto3.Session, of: str, *values: tuple[datetime, float]) -> None:
    aws.client("cloudwatch").put_metric_data(
        Namespace="Shop",
        MetricData=[
            {
                "MetricName": "Latency",
                "Dimensions": [{"Name": "Service", "Value": of}],
                "Timestamp": at,
                "Value": value,
            }
            for at, value in values
        ],
    )


@pytest.fixture
def telemetry(aws: boto3.Session) -> CloudwatchTelemetry:
    return CloudwatchTelemetry(aws.client("cloudwatch"), aws.client("logs"))


def test_every_measure_with_data_comes_back_oldest_first(
    aws: boto3.Session, telemetry: CloudwatchTelemetry
) -> None:
    put(aws, "api", (START + 2 * MINUTE, 3.0), (START + MINUTE, 1.0), (START + MINUTE, 2.0))
    put(aws, "db", (START + MINUTE, 9.0))
    services = [
        service("api", latency=latency("api"), traffic=latency("api", statistic="SampleCount")),
        service("silent", latency=latency("silent")),
        service("db", latency=latency("db", statistic="Maximum", period=120)),
    ]
    api, traffic, db = telemetry.series(services, START, END)
    assert api == Series("api", Measure.LATENCY, (START + MINUTE, START + 2 * MINUTE), (1.5, 3.0))
    assert (traffic.measure, traffic.values) == (Measure.TRAFFIC, (2.0, 1.0))
    assert (db.service, db.values) == ("db", (9.0,))
    assert all(at.tzinfo is UTC for at in api.times)


def test_both_ends_belong_to_the_time_asked_for(aws: boto3.Session, telemetry: CloudwatchTelemetry) -> None:
    put(aws, "api", *((START + n * MINUTE, float(n)) for n in (-1, 0, 10, 11)))
    (found,) = telemetry.series([service("api", latency=latency("api"))], START, END)
    assert found.values == (0.0, 10.0)


def test_nothing_is_asked_for_services_without_metrics(telemetry: CloudwatchTelemetry) -> None:
    assert telemetry.series([], START, END) == ()
    assert telemetry.series([service("api")], START, END) == ()


@pytest.fixture
def stubs(aws: boto3.Session) -> Iterator[tuple[Stubber, Stubber, CloudwatchTelemetry]]:
    cloudwatch, logs = aws.client("cloudwatch"), aws.client("logs")
    with Stubber(cloudwatch) as metrics, Stubber(logs) as lines:
        yield metrics, lines, CloudwatchTelemetry(cloudwatch, logs)
        metrics.assert_no_pending_responses()
        lines.assert_no_pending_responses()


Stubs = tuple[Stubber, Stubber, CloudwatchTelemetry]


def result(name: str, at: datetime, value: float) -> dict[str, Any]:
    return {"Id": name, "Timestamps": [at], "Values": [value]}


@pytest.mark.parametrize(("code", "retryable"), [("InternalError", True), ("Forbidden", False)])
def test_a_metric_that_could_not_be_read_is_not_one_without_data(
    stubs: Stubs, code: str, retryable: bool
) -> None:
    metrics, _, telemetry = stubs
    unread = {"Id": "m0", "Label": "Latency", "Timestamps": [], "Values": [], "StatusCode": code}
    metrics.add_response("get_metric_data", {"MetricDataResults": [unread]})
    with pytest.raises(PortError, match=f"Latency: {code}") as raised:
        telemetry.series([service("api", latency=latency("api"))], START, END)
    assert raised.value.retryable is retryable


def test_a_statistic_is_asked_for_as_declared_and_pages_are_joined(stubs: Stubs) -> None:
    metrics, _, telemetry = stubs
    asked = {
        "MetricDataQueries": [
            {
                "Id": "m0",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "Shop",
                        "MetricName": "Latency",
                        "Dimensions": [{"Name": "Service", "Value": "api"}],
                    },
                    "Period": 300,
                    "Stat": "p99.9",
                },
            }
        ],
        "StartTime": START,
        "EndTime": ANY,
        "ScanBy": "TimestampAscending",
    }
    first = {"MetricDataResults": [result("m0", START, 1.0)], "NextToken": "more"}
    metrics.add_response("get_metric_data", first, asked)
    last = {"MetricDataResults": [result("m0", START + MINUTE, 2.0)]}
    metrics.add_response("get_metric_data", last, {**asked, "NextToken": "more"})
    source = latency("api", statistic="p99.9", period=300)
    (found,) = telemetry.series([service("api", latency=source)], START, END)
    assert found.values == (1.0, 2.0)


def test_five_hundred_metrics_are_asked_for_at_once(stubs: Stubs) -> None:
    metrics, _, telemetry = stubs
    for last in ("m499", "m0"):
        metrics.add_response("get_metric_data", {"MetricDataResults": [result(last, START, 1.0)]})
    services = [service(f"s{n}", latency=latency(f"s{n}")) for n in range(501)]
    assert [each.service for each in telemetry.series(services, START, END)] == ["s499", "s500"]


def test_a_throttled_question_may_be_asked_again(stubs: Stubs) -> None:
    metrics, _, telemetry = stubs
    metrics.add_client_error("get_metric_data", "Throttling", http_status_code=400)
    with pytest.raises(PortError, match="Throttling") as raised:
        telemetry.series([service("api", latency=latency("api"))], START, END)
    assert raised.value.retryable


def test_the_newest_lines_are_kept_oldest_first(aws: boto3.Session, telemetry: CloudwatchTelemetry) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/shop/api")
    for stream in ("one", "two"):
        logs.create_log_stream(logGroupName="/shop/api", logStreamName=stream)
        events = [{"timestamp": ms(START + n * MINUTE), "message": f"{stream}-{n}"} for n in range(5)]
        logs.put_log_events(logGroupName="/shop/api", logStreamName=stream, logEvents=events)
    api = service("api", log_group="/shop/api")
    found = telemetry.logs(api, START, END, limit=3)
    assert [line.at for line in found] == [START + n * MINUTE for n in (3, 4, 4)]
    assert {line.message for line in found[1:]} == {"one-4", "two-4"}
    assert found[0].service == "api"
    assert len(telemetry.logs(api, START + MINUTE, START + 2 * MINUTE, limit=100)) == 4
    assert telemetry.logs(api, START, END, limit=0) == ()


def test_without_a_log_group_there_are_no_lines(telemetry: CloudwatchTelemetry) -> None:
    assert telemetry.logs(service("api"), START, END, limit=10) == ()
    with pytest.raises(PortError, match="ResourceNotFound"):
        telemetry.logs(service("api", log_group="/none"), START, END, limit=10)


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def page(*messages: str, more: bool = True) -> dict[str, Any]:
    events = [{"timestamp": ms(START), "message": message} for message in messages]
    return {"events": events, **({"nextToken": messages[0] if messages else "t"} if more else {})}


def test_reading_stops_when_there_are_enough_lines(stubs: Stubs) -> None:
    _, lines, telemetry = stubs
    asked = {
        "logGroupName": "g",
        "startTime": ms(START),
        "endTime": ms(END),
        "startFromHead": False,
    }
    lines.add_response("filter_log_events", page("c", "d"), asked)
    lines.add_response("filter_log_events", page("a", "b"), {**asked, "nextToken": "c"})
    found = telemetry.logs(service("api", log_group="g"), START, END, limit=3)
    assert [line.message for line in found] == ["b", "c", "d"]


def test_reading_stops_after_twenty_pages(stubs: Stubs) -> None:
    _, lines, telemetry = stubs
    for n in range(PAGES):
        lines.add_response("filter_log_events", page(f"line {n}"))
    assert len(telemetry.logs(service("api", log_group="g"), START, END, limit=1_000)) == PAGES


def test_a_message_is_cut_between_characters(stubs: Stubs) -> None:
    _, lines, telemetry = stubs
    lines.add_response("filter_log_events", page("ü" * 10_000 + "x", "\ud800?", more=False))
    long, broken = telemetry.logs(service("api", log_group="g"), START, END, limit=10)
    assert long.message == "ü" * (MESSAGE_BYTES // 2)
    assert broken.message == "??"
