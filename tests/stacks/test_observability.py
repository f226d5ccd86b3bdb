"""The product's own alarms reach people by SNS, whatever state the product is in."""

from tests.stacks.templates import Templates

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
    ("AWS/Lambda", "Errors"): {"ExecutorFunction", "ReceptionFunction"},
    ("IncidentCommander/dev", "Quarantined"): {"coordinator"},
    ("IncidentCommander/dev", "NotificationFailed"): {"coordinator"},
    ("IncidentCommander/dev", "Undelivered"): {"communication"},
    ("IncidentCommander/dev", "Unanswered"): {"reception"},
    ("AWS/States", "ExecutionsFailed"): {"IncidentMachine"},
    ("AWS/States", "ExecutionsTimedOut"): {"IncidentMachine"},
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
        assert alarm["TreatMissingData"] == "notBreaching", id_
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
