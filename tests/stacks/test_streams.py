"""What feeds whom, and that nothing is retried for ever or lost."""

import json

import pytest

from shared.domain.facts import Fact
from stacks.agents import ASKED
from stacks.interface import TOLD
from tests.stacks.templates import Templates

VOTERS = ("Detection", "Diagnosis", "Prediction", "Resolution")


def mappings(templates: Templates) -> dict[str, dict[str, str | None]]:
    """Function -> stream -> filter."""
    found: dict[str, dict[str, str | None]] = {}
    for _, mapping in templates.of("AWS::Lambda::EventSourceMapping"):
        function = templates.flat(mapping["FunctionName"]).removesuffix("Function")
        filters = mapping.get("FilterCriteria", {}).get("Filters", [])
        pattern = filters[0]["Pattern"] if filters else None
        found.setdefault(function, {})[templates.flat(mapping["EventSourceArn"])] = pattern
    return found


def captured(*types: str) -> object:
    return {"data": {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"type": {"S": list(types)}}}}}


def test_a_voter_hears_when_it_is_asked(dev: Templates) -> None:
    found = mappings(dev)
    for voter in VOTERS:
        pattern = found[voter]["IncidentEvents.Arn"]
        assert pattern is not None
        assert json.loads(pattern) == captured("InvestigationStarted", "VoteOpened")


def test_communication_hears_what_people_hear_of(dev: Templates) -> None:
    (pattern,) = mappings(dev)["Communication"].values()
    assert pattern is not None
    assert json.loads(pattern) == captured(*TOLD)


def test_filters_name_events_that_exist() -> None:
    assert set(ASKED) | set(TOLD) <= set(Fact.types)


def test_every_reader_is_known_and_detection_takes_every_signal(dev: Templates) -> None:
    found = mappings(dev)
    assert found["Detection"]["Signals.Arn"] is None
    assert set(found) == {*VOTERS, "Communication", "Coordinator", "ArchiveAnchor"}


def test_the_tables_stream_has_its_two_readers_of_new_events(dev: Templates) -> None:
    found = {
        name: streams["Events.StreamArn"]
        for name, streams in mappings(dev).items()
        if "Events.StreamArn" in streams
    }
    assert set(found) == {"Coordinator", "ArchiveAnchor"}
    for pattern in found.values():
        assert pattern is not None
        assert json.loads(pattern) == {
            "eventName": ["INSERT"],
            "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "EVENT#"}]}}},
        }


def test_change_capture_has_no_more_than_five_readers(dev: Templates) -> None:
    assert sum("IncidentEvents.Arn" in streams for streams in mappings(dev).values()) == 5


def test_every_mapping_ends(dev: Templates) -> None:
    for id_, mapping in dev.of("AWS::Lambda::EventSourceMapping"):
        assert mapping["MaximumRetryAttempts"] == 3, id_
        assert mapping["MaximumRecordAgeInSeconds"] == 3600, id_
        assert mapping["BisectBatchOnFunctionError"] is True, id_
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], id_
        assert "MaximumBatchingWindowInSeconds" not in mapping, id_
        letters = dev.flat(mapping["DestinationConfig"]["OnFailure"]["Destination"])
        assert letters == "DeadLetters.Arn", id_
        many = dev.flat(mapping["EventSourceArn"]) == "Signals.Arn" or id_.startswith("Archive")
        assert mapping["BatchSize"] == (100 if many else 10), id_


def test_events_are_captured_and_task_tokens_are_not(dev: Templates) -> None:
    tables = dict(dev.of("AWS::DynamoDB::Table"))
    assert dev.flat(tables["Events"]["KinesisStreamSpecification"]["StreamArn"]) == "IncidentEvents.Arn"
    assert tables["Events"]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    for name in ("State", "Waits"):
        assert tables[name]["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
        assert "StreamSpecification" not in tables[name]
        assert "KinesisStreamSpecification" not in tables[name]


@pytest.mark.parametrize("rule", ["AlarmsRule", "ParametersRule", "DeploymentsRule", "FailedExecutionsRule"])
def test_a_rule_keeps_what_it_could_not_deliver(dev: Templates, rule: str) -> None:
    (target,) = dict(dev.of("AWS::Events::Rule"))[rule]["Targets"]
    letters = "FailedExecutionsDeadLetters.Arn" if rule.startswith("Failed") else "RuleDeadLetters.Arn"
    assert dev.flat(target["DeadLetterConfig"]["Arn"]) == letters
    permitted = [
        dev.flat(policy["SourceArn"])
        for _, policy in dev.of("AWS::Lambda::Permission")
        if policy["Principal"] == "events.amazonaws.com"
    ]
    assert f"{rule}.Arn" in permitted


def test_every_minute_somebody_looks_for_what_was_not_told(dev: Templates) -> None:
    rule = dict(dev.of("AWS::Events::Rule"))["SweepRule"]
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    (target,) = rule["Targets"]
    assert dev.flat(target["Arn"]) == "CommunicationFunction.Arn"
    assert dev.flat(target["DeadLetterConfig"]["Arn"]) == "RuleDeadLetters.Arn"


def test_what_rules_feed_gives_up_into_the_dead_letters(dev: Templates) -> None:
    found = [config for _, config in dev.of("AWS::Lambda::EventInvokeConfig")]
    functions = {dev.flat(config["FunctionName"]) for config in found}
    fed = ("Intake", "Coordinator", "Projector", "Reception", "Communication")
    assert functions == {f"{name}Function" for name in fed}
    for config in found:
        assert config["MaximumRetryAttempts"] == 2
        assert dev.flat(config["DestinationConfig"]["OnFailure"]["Destination"]) == "DeadLetters.Arn"
