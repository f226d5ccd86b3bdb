"""What every keeper of known good states keeps."""

import pytest

from shared.adapters.aws.dynamodb_known_good import DynamodbKnownGood
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_known_good import MemoryKnownGood
from shared.ports.known_good import KnownGood, Plain

STATE: Plain = {"value": "200", "history": [{"value": "200", "at": {"$time": "2026-01-01"}}], "none": None}


@pytest.fixture(params=["local", "aws"])
def known(request: pytest.FixtureRequest) -> KnownGood:
    if request.param == "local":
        return MemoryKnownGood()
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbKnownGood(client, table, ManualClock())


def test_the_last_state_of_a_target_and_runbook_comes_back_as_it_was(known: KnownGood) -> None:
    assert known.find("arn:a", "restore-parameter") is None
    known.save("arn:a", "restore-parameter", {"value": "100"})
    known.save("arn:a", "restore-parameter", STATE)
    known.save("arn:a", "restart-service", {"value": "x"})
    known.save("arn:b", "restore-parameter", {"value": "y"})
    assert known.find("arn:a", "restore-parameter") == STATE


def test_what_cannot_be_read_is_none(request: pytest.FixtureRequest) -> None:
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    item = {"pk": {"S": "KNOWN#arn:a"}, "sk": {"S": "RUNBOOK#r"}, "body": {"S": "no JSON"}}
    client.put_item(TableName=table, Item=item)
    assert DynamodbKnownGood(client, table, ManualClock()).find("arn:a", "r") is None
