"""The product's own alarms reach people by SNS, whatever state the product is in."""

import json

from shared.domain import measures
from shared.domain.health import EVERY, Reading
from tests.stacks.templates import Templates

SHOWN = {Reading.LETTERS_WAITING, Reading.LOGS_VERIFIED, Reading.QUARANTINED}
"""What the monitor says and no alarm of its own watches: letters and quarantine have another one."""
ALARMED = set(Reading) - SHOWN

WATCHED = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): {
        "DeadLetters.QueueName",
        "RuleDeadLetters.QueueName",
        "FailedExecutionsDeadLetters.QueueName",
    },
    ("AWS/Lambda", "IteratorAge"): {
        "DetectionFunction",
        "DiagnosisFunction",
        "PredictionFunction",
        "ResolutionFunction",
        "CommunicationFunction",
        "CoordinatorFunction",
        "ArchiveAnchorFunction",
    },
    ("AWS/Lambda", "Errors"): {
        "AnsweringFunction",
        "ExecutorFunction",
        "ProjectorFunction",
        "ReceptionFunction",
    },
    ("IncidentCommander/dev", "Quarantined"): {"coordinator"},
    ("IncidentCommander/dev", "Unworded"): {"coordinator"},
    ("IncidentCommander/dev", "NotificationFailed"): {"coordinator"},
    ("IncidentCommander/dev", "Undelivered"): {"communication"},
    ("IncidentCommander/dev", "Unanswered"): {"reception"},
    ("AWS/States", "ExecutionsFailed"): {"IncidentMachine"},
    ("AWS/States", "ExecutionsTimedOut"): {"IncidentMachine"},
    ("IncidentCommander/dev", "SpentUsd"): {"coordinator"},
    **{("IncidentCommander/dev", reading.value): {"health"} for reading in ALARMED},
}


def test_every_queue_stream_and_execution_is_watched(dev: Templates) -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for _, alarm in dev.of("AWS::CloudWatch::Alarm"):
        (dimension,) = alarm["Dimensions"]
        found.setdefault((alarm["Namespace"], alarm["MetricName"]), set()).add(dev.flat(dimension["Value"]))
    assert found == WATCHED


def test_an_alarm_tells_people_when_it_starts_and_ends(dev: Templates) -> None:
    for id_, alarm in dev.of("AWS::CloudWatch::Alarm"):
        assert [dev.flat(each) for each in alarm["AlarmActions"]] == ["Alarms"], id_
        assert alarm["OKActions"] == alarm["AlarmActions"], id_
        silence = alarm["MetricName"] == Reading.HEARTBEAT
        assert alarm["TreatMissingData"] == ("breaching" if silence else "notBreaching"), id_
        assert "Metrics" not in alarm, id_


def test_only_this_accounts_alarms_may_publish(dev: Templates) -> None:
    policies = {dev.flat(policy["Topics"][0]): policy for _, policy in dev.of("AWS::SNS::TopicPolicy")}
    assert policies.keys() == {"Alarms", "LastResort"}
    policy = policies["Alarms"]
    (allowed,) = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_last_resort_takes_nothing_in_the_clear_and_allows_nobody_else(dev: Templates) -> None:
    policies = {dev.flat(policy["Topics"][0]): policy for _, policy in dev.of("AWS::SNS::TopicPolicy")}
    assert [one["Effect"] for one in policies["LastResort"]["PolicyDocument"]["Statement"]] == ["Deny"]


def named(dev: Templates, name: str) -> dict:
    [found] = [alarm for id_, alarm in dev.of("AWS::CloudWatch::Alarm") if alarm["MetricName"] == name]
    return found


def test_the_monitors_silence_alarms_after_three_looks(dev: Templates) -> None:
    alarm = named(dev, Reading.HEARTBEAT)
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (EVERY.total_seconds(), 3)
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanOrEqualToThreshold", 0)


def test_a_fault_of_a_log_is_told_for_a_day_and_money_by_the_day(dev: Templates) -> None:
    faults, spent = named(dev, Reading.LOG_FAULTS), named(dev, measures.SPENT)
    assert (faults["Period"], faults["EvaluationPeriods"], faults["DatapointsToAlarm"]) == (3_600, 24, 1)
    assert (spent["Period"], spent["Statistic"], spent["Threshold"]) == (86_400, "Sum", 10)


def test_every_alarm_says_what_it_means_and_what_to_do(dev: Templates) -> None:
    for id_, alarm in dev.of("AWS::CloudWatch::Alarm"):
        assert len(alarm["AlarmDescription"].split()) > 8, id_
        assert ":" in alarm["AlarmDescription"] or "." in alarm["AlarmDescription"], id_


def test_the_clock_calls_the_monitor_as_often_as_it_supposes(dev: Templates) -> None:
    [rule] = [rule for id_, rule in dev.of("AWS::Events::Rule") if id_.startswith("MonitorClock")]
    assert rule["ScheduleExpression"] == f"rate({EVERY.total_seconds() / 60:.0f} minutes)"


def test_the_monitor_knows_every_queue_function_and_limit(dev: Templates) -> None:
    settings = dev.settings_of("health")
    assert len(json.loads(settings["COMMANDER_LETTERBOXES"])) == 3
    assert set(json.loads(settings["COMMANDER_FUNCTIONS"])) == {
        "detection", "diagnosis", "prediction", "resolution", "communication", "coordinator", "anchor",
        "workflow", "executor", "intake", "reception", "projector", "dashboard", "answering",
    }  # fmt: skip
    assert json.loads(settings["COMMANDER_AGENT_SECONDS"])["diagnosis"] == 180
    # findings, three rounds, approval, watch, an hour's expiry, and half an hour for what is done
    assert int(settings["COMMANDER_EXECUTION_SECONDS"]) == 300 + 3 * 40 + 2 * 1_800 + 300 + 3_600 + 1_800


def test_one_dashboard_shows_operations_and_one_the_business(dev: Templates) -> None:
    shown = {id_: json.dumps(one["DashboardBody"]) for id_, one in dev.of("AWS::CloudWatch::Dashboard")}
    assert shown.keys() == {"Health", "Business"}
    for reading in set(Reading) - {Reading.LETTERS_WAITING}:
        assert reading.value in shown["Health"], reading
    for name in (
        measures.OPENED,
        *measures.OUTCOMES.values(),
        measures.SECONDS,
        measures.LOSS,
        measures.ALONE,
    ):
        assert name in shown["Business"], name
