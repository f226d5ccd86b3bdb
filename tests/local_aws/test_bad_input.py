"""What the world throws at the deployed stage: bad records are put aside with a reason, the rest goes on."""

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from scripts.demo.stage import Stage, deployed
from scripts.local_aws.process import LocalAws
from scripts.patient.storefront import Storefront
from scripts.patient.topology import MAX_CONNECTIONS, NAMESPACE, parameter_arn
from shared.adapters.aws.dynamodb_changes import DynamodbChanges
from shared.adapters.local.system_clock import SystemClock
from shared.domain.signal import Signal, SignalKind
from tests.local_aws.conftest import eventually

pytestmark = pytest.mark.local_aws
MARKUP = "<!channel> <https://evil.example|click> *now*"


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """A deployed stage of its own, beside a storefront in trouble."""
    with LocalAws() as aws:
        storefront = Storefront(aws)
        storefront.create()
        made = deployed(aws, lambda _line: None)
        made.watch_over(storefront.catalogue)
        with storefront:
            eventually(lambda: storefront.latest)
            yield made


def put(stage: Stage, *bodies: bytes) -> None:
    """One batch of records on the signals stream."""
    records = [{"Data": body, "PartitionKey": "database"} for body in bodies]
    stage.client("kinesis").put_records(StreamName=stage.outputs["SignalsStream"], Records=records)


def change(key: str, service: str = "database") -> Signal:
    """A change that detection keeps in the ledger, where a test can see it."""
    return Signal(
        source="ssm",
        kind=SignalKind.CHANGE,
        service=service,
        resource=parameter_arn(MAX_CONNECTIONS),
        at=datetime.now(UTC),
        key=key,
    )


def noted(stage: Stage, key: str) -> bool:
    """Whether the ledger has a change."""
    ledger = DynamodbChanges(stage.client("dynamodb"), stage.outputs["StateTable"], SystemClock())
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0)
    return any(one.key == key for one in ledger.between("storefront", day, datetime.now(UTC)))


def letters(stage: Stage, reason: str) -> list[dict]:
    """The dead letters whose reason says this."""
    return [one for one in stage.dead_letters() if reason in one.get("reason", "")]


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("malformed", b'{"source": "x"', "malformed"),
        ("not a signal", b'{"hello": "world"}', "malformed"),
        ("not text", b"\xff\xfe\x00", "malformed"),
        ("oversized", b'{"text": "' + b"x" * 250_000 + b'"}', "oversized"),
        ("unknown service", change("u", "nobody").model_dump_json().encode(), "not in the service catalogue"),
        ("a forged change record", b'{"dynamodb": {}, "eventName": "INSERT"}', "holds no event"),
    ],
)
def test_a_poison_record_is_put_aside_and_the_rest_of_its_batch_goes_on(stage, name, body, reason):
    first, last = f"before {name}", f"after {name}"
    put(stage, change(first).model_dump_json().encode(), body, change(last).model_dump_json().encode())
    assert eventually(lambda: noted(stage, last))
    assert noted(stage, first)
    [letter] = eventually(lambda: letters(stage, reason)[:1])
    assert letter["source"] == "detection"


def test_every_dead_letter_moves_a_counter(stage):
    put(stage, b"nonsense")
    settings = stage.client("lambda").get_function_configuration(
        FunctionName=stage.outputs["DetectionFunction"]
    )
    group = settings["LoggingConfig"]["LogGroup"]

    def counted():
        found = stage.client("logs").filter_log_events(logGroupName=group, filterPattern='"DeadLettered"')
        return [json.loads(one["message"]) for one in found["events"] if one["message"].startswith('{"_aws"')]

    [metric, *_] = eventually(counted)
    assert metric["DeadLettered"] == [1.0]


def test_an_alarm_on_nothing_that_is_watched_is_a_dead_letter(stage):
    cloudwatch = stage.client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="Other", MetricData=[{"MetricName": "X", "Value": 9.0}])
    alarm(stage, "somebody-elses", "Other", "X", {})
    assert eventually(lambda: letters(stage, "no service of the catalogue has the metric"))


def test_an_alarm_name_full_of_markup_is_text_in_slack(stage):
    cloudwatch = stage.client("cloudwatch")
    cloudwatch.delete_alarms(
        AlarmNames=[one["AlarmName"] for one in cloudwatch.describe_alarms()["MetricAlarms"]]
    )
    alarm(stage, MARKUP, NAMESPACE, "Latency", {"Service": "web"})
    stage.client("ssm").put_parameter(Name=MAX_CONNECTIONS, Value="20", Overwrite=True)

    def told():
        return [one for one in messages(stage) if "click" in json.dumps(one)]

    [first, *_] = eventually(told)
    shown = json.dumps(first["blocks"])
    assert "&lt;!channel&gt;" in shown
    assert "<!channel>" not in shown
    assert "<https" not in shown


def alarm(stage: Stage, name: str, namespace: str, metric: str, dimensions: dict[str, str]) -> None:
    """An alarm that fires on anything above zero."""
    stage.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        Statistic="Maximum",
        Period=10,
        EvaluationPeriods=1,
        Threshold=0.1,
        ComparisonOperator="GreaterThanThreshold",
    )


def messages(stage: Stage) -> list[dict]:
    """What the Slack recorder received."""
    with urllib.request.urlopen(f"{stage.aws.slack_url}/_recorder/messages") as answer:
        return json.loads(answer.read())
