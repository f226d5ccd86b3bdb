"""What every record of open incidents keeps."""

from datetime import timedelta

import pytest

from shared.adapters.aws.dynamodb_open_incidents import DynamodbOpenIncidents
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_open_incidents import MemoryOpenIncidents
from shared.ports.open_incidents import OpenIncidents


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["local", "aws"])
def incidents(request: pytest.FixtureRequest, clock: ManualClock) -> OpenIncidents:
    if request.param == "local":
        return MemoryOpenIncidents(clock)
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbOpenIncidents(client, table, clock)


def test_a_claim_is_exclusive_until_its_holder_releases_it(incidents: OpenIncidents) -> None:
    assert [incidents.claim("shop", name) for name in ("I1", "I2", "I1")] == ["I1", "I1", "I1"]
    assert incidents.claim("bank", "I3") == "I3"
    incidents.release("shop", "I2")
    incidents.release("none", "I2")
    assert incidents.claim("shop", "I2") == "I1"
    incidents.release("shop", "I1")
    assert incidents.claim("shop", "I2") == "I2"


def test_a_claim_that_nobody_released_ends(incidents: OpenIncidents, clock: ManualClock) -> None:
    incidents.claim("shop", "I1")
    clock.advance(timedelta(days=8))
    assert incidents.claim("shop", "I2") == "I2"


def test_the_open_incidents_of_applications_are_told_and_those_that_ended_are_not(incidents, clock):
    incidents.claim("shop", "INC-1")
    incidents.claim("mail", "INC-2")
    incidents.release("mail", "INC-2")
    assert list(incidents.held(["shop", "mail", "none"])) == ["INC-1"]
    clock.advance(timedelta(days=8))
    assert list(incidents.held(["shop"])) == []
