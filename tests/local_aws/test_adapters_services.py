"""Task tokens, percentiles and log lines through the adapters, where moto answers less than AWS."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from scripts.local_aws.process import LocalAws
from shared.adapters.aws.cloudwatch_telemetry import CloudwatchTelemetry
from shared.adapters.aws.stepfunctions_workflow import StepFunctionsWorkflow
from shared.domain.errors import PortError
from shared.domain.service import Measure, MetricSource, Service
from tests.local_aws.conftest import Maker, eventually, unique

pytestmark = pytest.mark.local_aws

MINUTE = timedelta(minutes=1)


def waiting_machine(make: Maker) -> tuple[str, str]:
    """ARN of a machine that waits for an answer, and the queue that gets its token."""
    url, _ = make.queue()
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": {
            "QueueUrl": url,
            "MessageBody": {"token": "{% $states.context.Task.Token %}", "name": "{% $states.input.n %}"},
        },
        "TimeoutSeconds": 60,
        "End": True,
    }
    return make.machine({"Ask": ask}), url


def test_a_name_starts_once_and_an_answer_completes_it(aws: LocalAws, make: Maker) -> None:
    machine, url = waiting_machine(make)
    client = aws.client("stepfunctions")
    workflow = StepFunctionsWorkflow(client, machine)
    name = unique("incident")
    assert workflow.start(name, {"n": 1})
    assert not workflow.start(name, {"n": 2})
    (asked,) = make.drain(url)
    workflow.complete(asked["token"], {"ballot": "yes"})
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    ended = make.ended(execution)
    assert (ended["status"], json.loads(ended["output"])) == ("SUCCEEDED", {"ballot": "yes"})
    workflow.complete(asked["token"], {"ballot": "no"})
    assert json.loads(client.describe_execution(executionArn=execution)["output"]) == {"ballot": "yes"}
    assert not workflow.start(name, {"n": 2})


def test_a_token_that_nobody_gave_is_ignored(aws: LocalAws, make: Maker) -> None:
    machine, _ = waiting_machine(make)
    StepFunctionsWorkflow(aws.client("stepfunctions"), machine).complete("none", {})


def test_another_failure_is_a_port_error(aws: LocalAws, make: Maker) -> None:
    machine, _ = waiting_machine(make)
    client = aws.client("stepfunctions", **make.caller([]))
    with pytest.raises(PortError, match="states:SendTaskSuccess"):
        StepFunctionsWorkflow(client, machine).complete("none", {})


def test_a_percentile_and_the_newest_lines_are_read(aws: LocalAws) -> None:
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    namespace, group = unique("Shop"), f"/{unique('shop')}"
    aws.client("cloudwatch").put_metric_data(
        Namespace=namespace,
        MetricData=[
            {"MetricName": "Latency", "Timestamp": end - MINUTE, "Value": n / 100} for n in range(101)
        ],
    )
    logs = aws.client("logs")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="api")
    base = int((end - MINUTE).timestamp() * 1000)
    events = [{"timestamp": base + n, "message": f"line {n}"} for n in range(20)]
    logs.put_log_events(logGroupName=group, logStreamName="api", logEvents=events)
    source = MetricSource(namespace=namespace, name="Latency", statistic="p99")
    api = Service(name="api", application="shop", metrics={Measure.LATENCY: source}, log_group=group)
    telemetry = CloudwatchTelemetry(aws.client("cloudwatch"), logs)

    def found() -> bool:
        return bool(telemetry.series([api], end - 5 * MINUTE, end))

    assert eventually(found)
    (series,) = telemetry.series([api], end - 5 * MINUTE, end)
    assert series.times == (end - MINUTE,)
    assert series.values[0] == pytest.approx(0.99, abs=0.011)
    lines = telemetry.logs(api, end - 5 * MINUTE, end, limit=3)
    assert [line.message for line in lines] == ["line 17", "line 18", "line 19"]
