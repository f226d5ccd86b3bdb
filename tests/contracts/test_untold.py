"""What every keeper of marks keeps."""

import pytest

from shared.adapters.aws.dynamodb_untold import DynamodbUntold
from shared.adapters.local.memory_untold import MemoryUntold
from shared.ports.untold import AT_ONCE, Untold


@pytest.fixture(params=["local", "aws"])
def untold(request: pytest.FixtureRequest) -> Untold:
    if request.param == "local":
        return MemoryUntold()
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbUntold(client, table)


def test_the_highest_version_stays_whatever_order_they_come_in(untold: Untold) -> None:
    for version in (3, 9, 4):
        untold.mark("I1", version)
    untold.mark("I2", 1)
    assert untold.some() == {"I1": 9, "I2": 1}


def test_only_the_mark_that_was_seen_is_cleared(untold: Untold) -> None:
    untold.mark("I1", 3)
    untold.mark("I1", 5)
    untold.clear("I1", 3)
    assert untold.some() == {"I1": 5}
    untold.clear("I1", 5)
    untold.clear("I1", 5)
    assert untold.some() == {}


def test_of_very_many_some_are_seen_by_id(untold: Untold) -> None:
    for number in reversed(range(AT_ONCE + 3)):
        untold.mark(f"I{number:04}", 1)
    assert list(untold.some()) == [f"I{number:04}" for number in range(AT_ONCE)]
