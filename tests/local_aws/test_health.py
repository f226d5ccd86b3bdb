"""A deployed stage that is unwell: each alarm goes off by its cause, the doctor names it, letters go back.

Where the emulator has no such metric, or the cause would take too much, an alarm goes off by its metric:
`BY_METRIC` says which and why.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scripts.commander.main import application
from scripts.demo.stage import Stage, deployed
from scripts.local_aws.process import LocalAws
from shared.adapters.aws.dynamodb_buckets import DynamodbBuckets
from shared.adapters.aws.dynamodb_changes import DynamodbChanges
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.dynamodb_standing import DynamodbStanding
from shared.adapters.aws.kms_authority import KmsSigner
from shared.adapters.http.slack_channel import SlackChannel
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.system_clock import SystemClock
from shared.domain.errors import CommanderError, ConcurrentAppend
from shared.domain.events import head_of
from shared.domain.facts import ApprovalGranted, Author, Fact, InvestigationStarted
from shared.domain.model import AgentName
from shared.domain.service import Service, ServiceCatalogue, Tier
from shared.domain.signal import Signal, SignalKind
from tests.local_aws.conftest import eventually
from tests.sample import opened

pytestmark = pytest.mark.local_aws

INCIDENT = "INC-00000000000A"
SHOP = ServiceCatalogue(services=(Service(name="checkout", application="shop", tier=Tier.CRITICAL),))
CLOCK = SystemClock()
MINUTE = timedelta(minutes=1)
LATE = ("Detection", "Diagnosis", "Prediction", "Resolution", "Communication", "Coordinator", "Anchor")
BY_METRIC = {
    "DeadLettersWaiting": "the emulator has no metrics of SQS",
    "IntakeRuleDeadLettersWaiting": "the same",
    "ExecutionRuleDeadLettersWaiting": "the same",
    **dict.fromkeys((f"{name}Late" for name in LATE), "the emulator has no iterator age"),
    "IncidentExecutionsFailed": "the emulator has no metrics of Step Functions",
    "IncidentExecutionsTimedOut": "the same",
    "Undelivered": "a failing table would fail everything else",
    "Unanswered": "Slack would have to fail while it takes everything else",
    "Unworded": "a message without words would need a stage whose catalogue cannot be read, by all",
    "Spending": "ten dollars are a thousand incidents",
}
BY_CAUSE = {
    "HealthSilent", "HealthBlind", "AgentsSilent", "NoQuorumPossible", "BreakerOpen", "ChannelSaturated",
    "ExecutionStuck", "FunctionSilent", "FeedOff", "LogTampered", "ExecutorErrors", "AgentQuarantined",
    "NotificationFailed",
}  # fmt: skip
EARLIER = {"ChannelSaturated": ("BucketsEmpty", 2), "FunctionSilent": ("FunctionsSilent", 1)}
"""Alarms that need more periods than a test lasts: what was said in those before is put there."""


@dataclass
class House:
    """A deployed stage, its alarms, and what went off."""

    stage: Stage
    went_off: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        outputs = self.stage.outputs
        self.dynamodb, self.keys = self.stage.client("dynamodb"), json.loads(outputs["AuditKeys"])
        self.stage.watch_over(SHOP)

    def write(self, author: Author, *facts: Fact, ago: timedelta = timedelta(0)) -> None:
        signer = KmsSigner(self.stage.client("kms"), self.keys[author.value])
        clock = ManualClock(datetime.now(UTC) - ago)
        store = DynamodbEventStore(self.dynamodb, self.stage.outputs["EventsTable"], author, signer, clock)

        def appended() -> bool:
            try:
                return bool(store.append(INCIDENT, head_of(store.read(INCIDENT)), facts))
            except ConcurrentAppend:  # the house itself writes too
                return False

        assert eventually(appended)

    def has_written(self, type_: str, *authors: str) -> bool:
        said = {one.recorded_by.value for one in self.stage.events(INCIDENT) if one.type == type_}
        return said >= set(authors)

    def configure(self, function: str, **settings: str | None) -> None:
        """Change a function's environment; None takes a setting away."""
        name = self.stage.outputs[f"{function}Function"]
        client = self.stage.client("lambda")
        known = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        new = {key: value for key, value in {**known, **settings}.items() if value is not None}
        client.update_function_configuration(FunctionName=name, Environment={"Variables": new})

    def feed(self, function: str, *, on: bool) -> None:
        client, name = self.stage.client("lambda"), self.stage.outputs[f"{function}Function"]
        for one in client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]:
            client.update_event_source_mapping(UUID=one["UUID"], Enabled=on)

    def look(self) -> None:
        """What the clock does every five minutes."""
        answer = self.stage.client("lambda").invoke(
            FunctionName=self.stage.outputs["HealthFunction"], Payload=b'{"source": "aws.events"}'
        )
        assert "FunctionError" not in answer, answer["Payload"].read()

    def alarms(self) -> dict[str, str]:
        """Short name -> what state it is in; what is on is remembered."""
        prefix = "IncidentCommander-Local-Observability-"
        found = self.stage.client("cloudwatch").describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]
        states = {one["AlarmName"].removeprefix(prefix).rsplit("-", 1)[0][:-8]: one for one in found}
        self.went_off |= {
            name: one["StateReason"] for name, one in states.items() if one["StateValue"] == "ALARM"
        }
        return {name: one["StateValue"] for name, one in states.items()}

    def metric(self, alarm: str, value: float, ago: timedelta = timedelta(0)) -> None:
        """A datum of exactly the metric that an alarm watches."""
        client = self.stage.client("cloudwatch")
        prefix = f"IncidentCommander-Local-Observability-{alarm}"
        [one, *_] = client.describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]
        datum = {"MetricName": one["MetricName"], "Dimensions": one["Dimensions"], "Value": value}
        client.put_metric_data(
            Namespace=one["Namespace"], MetricData=[{**datum, "Timestamp": datetime.now(UTC) - ago}]
        )

    def commander(self, *words: str) -> tuple[int, Any]:
        """Exit code and JSON of a command; `LOCAL`, since `local` would be the detached local AWS."""
        asked = [*words, "--stage", "LOCAL", "--json"]
        done = CliRunner(env=self.stage.aws.environment()).invoke(application(asked), asked)
        if isinstance(done.exception, CommanderError):
            raise done.exception
        return done.exit_code, json.loads(done.stdout)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with LocalAws() as aws:
        yield House(deployed(aws, lambda _line: None))


def sees(house: House, alarm: str) -> bool:
    """Whether the alarm is on after one more look."""
    house.look()
    return house.alarms()[alarm] == "ALARM"


def make_unwell(house: House) -> None:
    """Everything at once, as it would happen, but for what needs more time than a test has."""
    outputs, client = house.stage.outputs, house.stage.client
    client("secretsmanager").put_secret_value(SecretId=outputs["SlackSecret"], SecretString="not JSON")
    house.feed("Prediction", on=False)
    house.configure("Health", COMMANDER_EXECUTION_SECONDS="1")
    asked = InvestigationStarted(attempt=1, execution=f"{INCIDENT}-1")
    house.write(Author.DETECTION, opened(datetime.now(UTC) - 3 * MINUTE), ago=3 * MINUTE)
    house.write(Author.WORKFLOW, asked, ago=3 * MINUTE)
    assert eventually(lambda: sees(house, "ExecutionStuck"))  # it waits for prediction, 20 s
    house.write(Author.DIAGNOSIS, ApprovalGranted(request="r", digest="d", by="diagnosis"))  # it may not
    standing = DynamodbStanding(house.dynamodb, outputs["StateTable"], CLOCK)
    for _ in range(5):
        standing.failed(AgentName.PREDICTION)
    standing.quarantine(AgentName.DETECTION, CLOCK.now() + MINUTE * 30, "cast two ballots")
    client("lambda").invoke(FunctionName=outputs["ExecutorFunction"], Payload=b'{"task": "nothing"}')
    assert eventually(lambda: house.has_written("FindingsSubmitted", "detection", "diagnosis", "resolution"))
    assert eventually(lambda: house.has_written("NotificationFailed", "communication"))
    key = {"pk": {"S": f"INCIDENT#{INCIDENT}"}, "sk": {"S": f"EVENT#{1:012d}"}}
    house.dynamodb.update_item(
        TableName=outputs["EventsTable"],
        Key=key,
        UpdateExpression="SET author = :other",
        ExpressionAttributeValues={":other": {"S": "executor"}},
    )


def look_while_slack_is_busy(house: House) -> None:
    """Somebody takes every token of Slack's as it comes."""
    buckets = DynamodbBuckets(house.dynamodb, house.stage.outputs["StateTable"], CLOCK)
    enough = threading.Event()

    def take() -> None:
        while not enough.is_set():
            buckets.take(SlackChannel.bucket)

    busy = threading.Thread(target=take)
    busy.start()
    try:
        assert eventually(lambda: buckets.left(SlackChannel.bucket) == 0)
        house.look()
    finally:
        enough.set()
        busy.join()


@pytest.fixture(scope="module")
def unwell(house: House) -> House:
    """Every alarm has gone off."""
    assert eventually(lambda: house.alarms()["HealthSilent"] == "ALARM")
    house.look()  # communication has not run yet
    assert eventually(lambda: house.alarms()["HealthSilent"] == "OK")
    make_unwell(house)
    for alarm, (_, periods) in EARLIER.items():
        for number in range(1, periods + 1):
            house.metric(alarm, 1, ago=number * timedelta(minutes=5))
    alike = {name for name in house.alarms() if name.endswith("Errors")} - BY_CAUSE
    """Other functions' failures: the same alarm as the executor's."""
    for alarm in {*BY_METRIC, *alike}:
        house.metric(alarm, 100_000)
        if alarm.endswith("Late"):
            house.metric(alarm, 100_000, ago=MINUTE)
            house.metric(alarm, 100_000, ago=2 * MINUTE)
    look_while_slack_is_busy(house)
    expected = set(BY_METRIC) | alike | BY_CAUSE - {"HealthBlind"}
    assert set(house.alarms()) == expected | {"HealthBlind"}
    assert eventually(lambda: bool(house.alarms()) and set(house.went_off) >= expected), expected - set(
        house.went_off
    )
    return house


def test_every_alarm_goes_off_and_the_doctor_names_it_with_its_reason_and_fix(unwell: House) -> None:
    code, said = unwell.commander("doctor")
    assert (code, said["ok"]) == (1, False)
    wrong = {one["check"]: one for one in said["findings"] if one["level"] == "wrong"}
    off = {name for name, state in unwell.alarms().items() if state == "ALARM"}
    assert {f"alarm {name}" for name in off} <= set(wrong)
    assert len(off) > len(BY_METRIC)
    for name in off:
        one = wrong[f"alarm {name}"]
        assert "Threshold Crossed" in one["said"]
        assert len(one["fix"].split()) > 8
    named = {
        "feed of prediction": "disabled",
        "agent prediction": "breaker is open",
        "log": "author is not its event's",
        "Slack secret": "not a JSON object",
        "subscribers of AlarmTopic": "nobody is subscribed",
        "services": "",
    }
    told = {
        check: " ".join(one["said"] for one in said["findings"] if one["check"] == check) for check in named
    }
    for check, words in named.items():
        assert words in told[check], check
    assert "cast two ballots" in json.dumps(said)
    assert "did not answer in its time" in json.dumps(said)


def test_what_the_monitor_may_not_see_alarms_too(unwell: House) -> None:
    lambda_, iam = unwell.stage.client("lambda"), unwell.stage.client("iam")
    name = unwell.stage.outputs["HealthFunction"]
    role = lambda_.get_function_configuration(FunctionName=name)["Role"].rsplit("/", 1)[-1]
    [attached] = [
        one["PolicyArn"]
        for one in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        if "VerifyMacs" in one["PolicyName"]
    ]
    iam.detach_role_policy(RoleName=role, PolicyArn=attached)
    unwell.look()
    assert eventually(lambda: unwell.alarms()["HealthBlind"] == "ALARM")
    assert unwell.alarms()["HealthSilent"] == "OK"  # the rest was seen


# Dead letters.


def signal(key: str, service: str = "checkout") -> bytes:
    made = Signal(
        source="ssm", kind=SignalKind.CHANGE, service=service, resource="r", at=datetime.now(UTC), key=key
    )
    return made.model_dump_json().encode()


def put(house: House, *bodies: bytes) -> None:
    records = [{"Data": body, "PartitionKey": "p"} for body in bodies]
    house.stage.client("kinesis").put_records(
        StreamName=house.stage.outputs["SignalsStream"], Records=records
    )


def noted(house: House, key: str) -> bool:
    ledger = DynamodbChanges(house.dynamodb, house.stage.outputs["StateTable"], CLOCK)
    now = datetime.now(UTC)
    return any(one.key == key for one in ledger.between("shop", now - MINUTE * 60, now))


def letters(house: House, word: str) -> list[dict[str, Any]]:
    _, said = house.commander("dead-letters", "list")
    return [one for one in said["letters"] if word in json.dumps(one)]


def test_a_rejected_record_is_mended_and_taken(house: House, tmp_path: Path) -> None:
    put(house, signal("mend", "nobody"))
    [letter] = eventually(lambda: letters(house, "'nobody' is not in the service catalogue"))
    code, said = house.commander("dead-letters", "redrive", letter["id"])
    assert (code, said["handed_in"][0]["taken"]) == (1, False)
    [stays] = letters(house, "'nobody' is not in the service catalogue")  # once, not twice
    assert (stays["id"], stays["since"]) == (said["handed_in"][0]["stays_as"], letter["since"])
    (tmp_path / "good").write_bytes(signal("mended"))
    (tmp_path / "bad").write_bytes(b"{")
    with pytest.raises(CommanderError, match="malformed"):
        house.commander("dead-letters", "fix", stays["id"], "--body", str(tmp_path / "bad"))
    _, fixed = house.commander("dead-letters", "fix", stays["id"], "--body", str(tmp_path / "good"))
    _, shown = house.commander("dead-letters", "show", fixed["id"])
    assert shown["changed_by"].startswith("arn:aws:iam::")
    code, _ = house.commander("dead-letters", "redrive", fixed["id"])
    assert code == 0
    assert noted(house, "mended")
    assert not letters(house, fixed["id"])


def test_a_batch_that_a_mapping_gave_up_is_read_again_from_the_stream(house: House) -> None:
    table = house.stage.outputs["StateTable"]
    house.configure("Detection", COMMANDER_STATE_TABLE=None)
    put(house, signal("given-up"))
    try:
        [letter] = eventually(lambda: letters(house, "RetryAttemptsExhausted"))
    finally:
        house.configure("Detection", COMMANDER_STATE_TABLE=table)
    assert (letter["kind"], letter["pointer"]["size"]) == ("stream", 1)
    assert not noted(house, "given-up")
    for _ in range(2):  # a second delivery changes nothing
        code, said = house.commander("dead-letters", "redrive", letter["id"])
        assert (code, said["handed_in"][0]["taken"]) == (0, True)
        assert noted(house, "given-up")
        house.stage.client("sqs").send_message(
            QueueUrl=house.stage.outputs["DeadLettersUrl"], MessageBody=pointing(letter, house)
        )
        [letter] = eventually(lambda: letters(house, "RetryAttemptsExhausted"))
    house.commander("dead-letters", "redrive", letter["id"])


def pointing(letter: dict[str, Any], house: House) -> str:
    """The same letter again, as the mapping writes it."""
    where = letter["pointer"]
    return json.dumps(
        {
            "requestContext": {
                "functionArn": letter["source"],
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": 4,
            },
            "timestamp": letter["since"],
            "KinesisBatchInfo": {
                "shardId": where["shard"],
                "startSequenceNumber": where["first"],
                "endSequenceNumber": where["last"],
                "batchSize": where["size"],
                "streamArn": where["stream"],
                "approximateArrivalOfFirstRecord": where["began"],
            },
        }
    )


def test_what_a_rule_could_not_deliver_goes_to_its_function(house: House) -> None:
    name = house.stage.outputs["IntakeFunction"]
    arn = house.stage.client("lambda").get_function_configuration(FunctionName=name)["FunctionArn"]
    said = {"TARGET_ARN": arn, "ERROR_CODE": "THROTTLING", "ERROR_MESSAGE": "Rate exceeded"}
    event = {"detail-type": "Parameter Store Change", "source": "aws.ssm", "resources": ["r"], "id": "e",
             "time": "2026-01-01T00:00:00Z", "detail": {}}  # fmt: skip
    house.stage.client("sqs").send_message(
        QueueUrl=house.stage.outputs["RuleDeadLettersUrl"],
        MessageBody=json.dumps(event),
        MessageAttributes={key: {"DataType": "String", "StringValue": value} for key, value in said.items()},
    )
    [letter] = eventually(lambda: letters(house, "Rate exceeded"))
    assert (letter["queue"], letter["kind"]) == ("rules", "rule")
    code, _ = house.commander("dead-letters", "redrive", "--all", "--reason", "Rate exceeded")
    assert code == 0
    assert not letters(house, "Rate exceeded")
