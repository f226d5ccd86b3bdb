"""What every keeper of the read model keeps."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.aws.dynamodb_views import DynamodbViews
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_views import MemoryViews
from shared.domain.errors import PortError
from shared.ports.views import IN_INDEXES, INDEXES, View, Views, stamp

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(AT)


@pytest.fixture
def indexed(aws) -> str:
    """The table as the data stack makes it."""
    keys = sorted({"pk", "sk", *(name for pair in INDEXES.values() for name in pair)})
    aws.client("dynamodb").create_table(
        TableName="views",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
        GlobalSecondaryIndexes=[
            {
                "IndexName": name,
                "KeySchema": [
                    {"AttributeName": partition, "KeyType": "HASH"},
                    {"AttributeName": sort, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(IN_INDEXES[name])},
            }
            for name, (partition, sort) in INDEXES.items()
        ],
    )
    return "views"


@pytest.fixture(params=["local", "aws"])
def views(request: pytest.FixtureRequest, clock: ManualClock) -> Views:
    if request.param == "local":
        return MemoryViews(clock)
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("indexed")
    return DynamodbViews(client, table, clock)


def view(number: int, version: int = 1, status: str = "voting") -> View:
    body = f"{number} v{version}"
    return View(
        f"INC-{number:03}", version, status, AT + timedelta(seconds=number), f"row {body}", f"page {body}"
    )


def ids(listed) -> list[str]:
    return [one.incident_id for one in listed]


def test_what_is_older_never_replaces_what_is_newer_and_the_same_changes_nothing(views, clock):
    assert views.keep(view(1, version=3))
    clock.advance(timedelta(seconds=1))
    assert not views.keep(view(1, version=2))
    assert not views.keep(view(1, version=3))
    assert views.page("INC-001") == view(1, version=3)
    assert [one.written for one in views.newest(9)] == [f"{stamp(AT)}#INC-001"]
    assert views.keep(view(1, version=4))
    assert views.page("INC-001").page == "page 1 v4"


def test_an_incident_that_is_not_kept_has_no_page(views):
    assert views.page("INC-001") is None


def test_the_list_is_newest_first_page_by_page_and_what_comes_meanwhile_does_not_move_it(views):
    for number in (3, 1, 2, 5, 4):
        views.keep(view(number))
    first = views.rows(None, None, 2)
    assert ids(first) == ["INC-005", "INC-004"]
    views.keep(view(6))
    second = views.rows(None, first[-1].place, 2)
    assert ids(second) == ["INC-003", "INC-002"]
    assert ids(views.rows(None, second[-1].place, 2)) == ["INC-001"]
    assert second[0].row == "row 3 v1"


def test_a_status_has_a_list_of_its_own_which_an_incident_leaves(views):
    for number in range(4):
        views.keep(view(number, status="voting" if number % 2 else "acting"))
    assert ids(views.rows("voting", None, 9)) == ["INC-003", "INC-001"]
    views.keep(view(3, version=2, status="acting"))
    assert ids(views.rows("voting", None, 9)) == ["INC-001"]
    assert ids(views.rows("acting", None, 9)) == ["INC-003", "INC-002", "INC-000"]
    assert ids(views.rows("resolved", None, 9)) == []


def test_what_was_written_since_a_time_comes_oldest_first(views, clock):
    for number in range(4):
        views.keep(view(number))
        clock.advance(timedelta(microseconds=1))
    assert ids(views.written(stamp(AT + timedelta(microseconds=1)), 2)) == ["INC-001", "INC-002"]
    assert ids(views.written(views.written(stamp(AT), 2)[1].written, 9)) == ["INC-002", "INC-003"]
    views.keep(view(0, version=2))
    assert ids(views.newest(2)) == ["INC-000", "INC-003"]
    [last] = views.written(stamp(AT + timedelta(microseconds=4)), 9)
    assert (last.incident_id, last.version, last.row, last.place) == (
        "INC-000",
        2,
        "row 0 v2",
        view(0).place,
    )


def test_the_mark_is_the_last_one_and_is_wiped_with_the_rest(views):
    assert views.marked() is None
    views.mark(AT)
    views.mark(AT + timedelta(minutes=1))
    assert views.marked() == AT + timedelta(minutes=1)
    for number in range(30):
        views.keep(view(number))
    views.wipe()
    assert (views.marked(), ids(views.newest(9)), views.page("INC-001")) == (None, [], None)
    assert views.keep(view(1))


def test_times_sort_as_text():
    times = [AT + timedelta(microseconds=number * 333_333) for number in range(20)]
    assert sorted(map(stamp, times)) == [stamp(one) for one in times]


def test_a_table_that_is_not_there_is_a_port_error(aws, clock):
    with pytest.raises(PortError):
        DynamodbViews(aws.client("dynamodb"), "none", clock).page("INC-001")


def test_an_item_that_is_no_view_says_what_to_do(aws, indexed, clock):
    item = {"pk": {"S": "INCIDENT#INC-1"}, "sk": {"S": "VIEW"}}
    aws.client("dynamodb").put_item(TableName=indexed, Item=item)
    with pytest.raises(PortError, match="views rebuild"):
        DynamodbViews(aws.client("dynamodb"), indexed, clock).page("INC-1")
