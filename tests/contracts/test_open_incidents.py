"""What every record of open incidents keeps."""

from datetime import timedelta

import pytest

from shared.adapters.aws.dynamodb_open_incidents import DynamodbOpenIncidents
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_open_incidents import MemoryOpenIncidents
from shared.domain.errors import PortError
from shared.ports.open_incidents import Claims, OpenIncidents


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["local", "aws"])
def incidents(request: pytest.FixtureRequest, clock: ManualClock) -> OpenIncidents:
    if request.param == "local":
        return MemoryOpenIncidents(clock)
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbOpenIncidents(client, table, clock)


def names(incidents: OpenIncidents, application: str = "shop") -> list[str]:
    return [one.incident_id for one in incidents.of(application).open]


def test_several_may_be_open_and_each_application_has_its_own(incidents: OpenIncidents) -> None:
    assert incidents.of("shop") == Claims()
    for name in ("I1", "I2"):
        assert incidents.claim("shop", name, incidents.of("shop"))
    assert incidents.claim("bank", "I3", incidents.of("bank"))
    assert (names(incidents), names(incidents, "bank")) == (["I1", "I2"], ["I3"])


def test_of_two_who_saw_the_same_one_may_open(incidents: OpenIncidents) -> None:
    seen = incidents.of("shop")
    assert incidents.claim("shop", "I1", seen)
    assert not incidents.claim("shop", "I2", seen)
    assert names(incidents) == ["I1"]
    assert incidents.claim("shop", "I2", incidents.of("shop"))


def test_who_saw_what_was_released_meanwhile_looks_again(incidents: OpenIncidents) -> None:
    incidents.claim("shop", "I1", incidents.of("shop"))
    seen = incidents.of("shop")
    incidents.release("shop", "I1")
    assert not incidents.claim("shop", "I2", seen)
    assert names(incidents) == []


def test_what_was_never_claimed_is_released_without_harm(incidents: OpenIncidents) -> None:
    incidents.release("none", "I2")
    incidents.claim("shop", "I1", incidents.of("shop"))
    incidents.release("shop", "I2")
    assert names(incidents) == ["I1"]


def test_what_is_open_again_is_claimed_again_once(incidents: OpenIncidents) -> None:
    incidents.claim("shop", "I1", incidents.of("shop"))
    incidents.release("shop", "I1")
    for _ in range(2):
        incidents.claim_again("shop", "I1")
    assert names(incidents) == ["I1"]


def test_a_claim_that_nobody_released_ends(incidents: OpenIncidents, clock: ManualClock) -> None:
    incidents.claim("shop", "I1", incidents.of("shop"))
    clock.advance(timedelta(days=4))
    incidents.claim("shop", "I2", incidents.of("shop"))
    clock.advance(timedelta(days=4))
    assert names(incidents) == ["I2"]
    assert list(incidents.held(["shop"])) == ["I2"]


def test_the_open_incidents_of_applications_are_told_and_those_that_ended_are_not(incidents, clock):
    incidents.claim("shop", "INC-1", incidents.of("shop"))
    incidents.claim("shop", "INC-2", incidents.of("shop"))
    incidents.claim("mail", "INC-3", incidents.of("mail"))
    incidents.release("mail", "INC-3")
    assert list(incidents.held(["shop", "mail", "none"])) == ["INC-1", "INC-2"]
    clock.advance(timedelta(days=8))
    assert list(incidents.held(["shop"])) == []


def test_the_newest_fifty_are_compared(incidents: OpenIncidents) -> None:
    for number in range(53):
        assert incidents.claim("shop", f"I{number}", incidents.of("shop"))
    assert names(incidents) == [f"I{number}" for number in range(3, 53)]


def test_the_one_claim_of_an_older_version_gives_way(aws, table, clock):
    client = aws.client("dynamodb")
    old = {"pk": {"S": "OPEN#shop"}, "sk": {"S": "OPEN"}, "incident_id": {"S": "I0"}, "ttl": {"N": "1"}}
    client.put_item(TableName=table, Item=old)
    incidents = DynamodbOpenIncidents(client, table, clock)
    assert incidents.claim("shop", "I1", incidents.of("shop"))
    assert names(incidents) == ["I1"]


def test_an_item_that_is_no_list_is_said(aws, table, clock):
    client = aws.client("dynamodb")
    client.put_item(TableName=table, Item={"pk": {"S": "OPEN#shop"}, "sk": {"S": "OPEN"}, "body": {"S": "{"}})
    with pytest.raises(PortError, match="no list"):
        DynamodbOpenIncidents(client, table, clock).of("shop")
