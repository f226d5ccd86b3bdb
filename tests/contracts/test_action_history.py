"""What every history of actions counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import boto3
import pytest

from shared.adapters.aws.dynamodb_action_history import DynamodbActionHistory
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_action_history import MemoryActionHistory
from shared.domain.errors import PortError
from shared.ports.action_history import DAY, HOUR, Acted, ActionHistory, Counts
from tests.sample import NOON

SECOND = timedelta(seconds=1)


@pytest.fixture(params=["local", "aws"])
def history(request: pytest.FixtureRequest) -> ActionHistory:
    if request.param == "local":
        return MemoryActionHistory()
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbActionHistory(client, table, ManualClock(NOON))


def acted(
    token: str, after: timedelta = timedelta(), *, service: str = "checkout", target: str = "arn"
) -> Acted:
    return Acted(token=token, service=service, runbook="restart", target=target, at=NOON + after)


def counts(last_hour: int, tries: int, harmed: bool = False) -> Counts:
    return Counts(last_hour=last_hour, tries=tries, harmed=harmed)


def test_nothing_was_done(history: ActionHistory) -> None:
    assert history.before(acted("a")) == counts(0, 0)


def test_an_action_counts_for_others_and_not_for_itself(history: ActionHistory) -> None:
    assert history.begin(acted("a"), 3)
    assert history.before(acted("a")) == counts(0, 0)
    assert history.before(acted("b")) == counts(1, 1)


def test_told_again_it_counts_once(history: ActionHistory) -> None:
    assert history.begin(acted("a"), 1)
    assert history.begin(acted("a", SECOND), 1)
    assert history.before(acted("b")) == counts(1, 1)


def test_an_hour_is_the_services_and_a_day_the_remedys_on_the_target(history: ActionHistory) -> None:
    history.begin(acted("a"), 3)
    history.begin(acted("b", target="other"), 3)
    history.begin(acted("c", service="web"), 3)
    assert history.before(acted("d")) == counts(2, 2)
    assert history.before(acted("d", service="web", target="other")) == counts(1, 1)


def test_both_windows_end(history: ActionHistory) -> None:
    history.begin(acted("a"), 3)
    assert history.before(acted("b", HOUR - SECOND)) == counts(1, 1)
    assert history.before(acted("b", HOUR)) == counts(0, 1)
    assert history.before(acted("b", DAY - SECOND)) == counts(0, 1)
    assert history.before(acted("b", DAY)) == counts(0, 0)


def test_no_more_begin_in_an_hour_than_may_and_a_refusal_counts_nothing(history: ActionHistory) -> None:
    assert history.begin(acted("a"), 2)
    assert history.begin(acted("b"), 2)
    assert not history.begin(acted("c", SECOND), 2)
    assert history.before(acted("d")) == counts(2, 2)
    assert history.begin(acted("c", HOUR), 2)


def test_of_many_that_meet_as_many_begin_as_may(history: ActionHistory) -> None:
    with ThreadPoolExecutor(6) as pool:
        began = list(pool.map(lambda number: history.begin(acted(f"t-{number}"), 2), range(6)))
    assert sum(began) == 2
    assert history.before(acted("later")) == counts(2, 2)


def test_harm_is_remembered_for_the_remedy_on_the_target(history: ActionHistory) -> None:
    history.begin(acted("a"), 3)
    history.harmed(acted("a", SECOND))
    history.harmed(acted("a", SECOND))
    history.begin(acted("b", SECOND), 3)
    assert history.before(acted("c", DAY - SECOND)) == counts(0, 2, harmed=True)
    assert history.before(acted("c", target="other")) == counts(2, 0)
    assert history.before(acted("c", DAY)) == counts(0, 1)


def test_harm_of_an_action_that_nobody_noted_is_a_try(history: ActionHistory) -> None:
    history.harmed(acted("a"))
    assert history.before(acted("b")) == counts(0, 1, harmed=True)


def test_what_the_machine_did_to_a_target_is_known_for_an_hour_and_told_once(history: ActionHistory) -> None:
    assert history.touched("arn") == ()
    history.touch("arn", "do", NOON)
    history.touch("arn", "do", NOON + SECOND)
    history.touch("arn", "undo", NOON + 60 * SECOND)
    assert history.touched("arn") == (NOON, NOON + 60 * SECOND)
    assert history.touched("other") == ()
    assert history.before(acted("b")) == counts(0, 0)
    history.touch("arn", "later", NOON + HOUR)
    assert history.touched("arn") == (NOON + 60 * SECOND, NOON + HOUR)


def test_what_cannot_be_read_is_not_nothing(aws: boto3.Session, table: str) -> None:
    client = aws.client("dynamodb")
    item = {"pk": {"S": "ACTED#SERVICE#checkout"}, "sk": {"S": "ALL"}, "body": {"S": "?"}}
    client.put_item(TableName=table, Item=item)
    with pytest.raises(PortError, match="cannot be read"):
        DynamodbActionHistory(client, table, ManualClock()).before(acted("a"))


def test_items_end_with_their_windows(aws: boto3.Session, table: str) -> None:
    client = aws.client("dynamodb")
    DynamodbActionHistory(client, table, ManualClock(NOON)).begin(acted("a"), 3)
    found = {
        item["pk"]["S"].split("#")[1]: int(item["ttl"]["N"]) for item in client.scan(TableName=table)["Items"]
    }
    noon = int(NOON.timestamp())
    assert found == {"SERVICE": noon + 2 * 3600, "REMEDY": noon + 25 * 3600}
