"""What every record of the agents' standing keeps."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from shared.adapters.aws.dynamodb_standing import DynamodbStanding
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_standing import MemoryStanding
from shared.domain.ballot import Ballot
from shared.domain.breaker import Breaker, Phase
from shared.domain.errors import PortError
from shared.domain.model import AgentName
from shared.ports.standing import Standing

DIAGNOSIS, PREDICTION = AgentName.DIAGNOSIS, AgentName.PREDICTION
RESTART, SCALE = "a" * 64, "b" * 64
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["local", "aws"])
def standing(request: pytest.FixtureRequest, clock: ManualClock) -> Standing:
    if request.param == "local":
        return MemoryStanding(clock)
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbStanding(client, table, clock)


def ballot(incident: str = "INC-1", agent: AgentName = DIAGNOSIS, **said: Any) -> Ballot:
    fields = {"attempt": 1, "round": 1, "choice": RESTART, "confidence": 900} | said
    return Ballot(
        agent=agent,
        incident_id=incident,
        execution="e",
        reasoning="",
        expires_at=datetime.fromisoformat("2026-01-01T01:00:00Z"),
        **fields,
    )


def rounds(standing: Standing, agent: AgentName = DIAGNOSIS) -> list[tuple[str, int, int]]:
    return [(one.incident_id, one.attempt, one.round) for one in standing.history(agent)]


def outcomes(standing: Standing, agent: AgentName = DIAGNOSIS) -> list[bool | None]:
    return [one.outcome for one in standing.history(agent)]


# Quarantine


def test_a_quarantine_is_seen_with_its_reason_until_it_ends(standing: Standing, clock: ManualClock) -> None:
    now = clock.now()
    assert standing.quarantined(now) == {}
    assert standing.quarantine(DIAGNOSIS, now + HOUR, "equivocation")
    assert standing.quarantined(now) == {DIAGNOSIS: "equivocation"}
    assert standing.quarantined(now + HOUR - SECOND) == {DIAGNOSIS: "equivocation"}
    assert standing.quarantined(now + HOUR) == {}


def test_the_later_end_stays(standing: Standing, clock: ManualClock) -> None:
    now = clock.now()
    assert standing.quarantine(DIAGNOSIS, now + 2 * HOUR, "bad MAC")
    assert not standing.quarantine(DIAGNOSIS, now + 2 * HOUR, "again")
    assert not standing.quarantine(DIAGNOSIS, now + HOUR, "shorter")
    assert standing.quarantined(now) == {DIAGNOSIS: "bad MAC"}
    assert standing.quarantine(DIAGNOSIS, now + 3 * HOUR, "longer")
    assert standing.quarantined(now + 2 * HOUR) == {DIAGNOSIS: "longer"}


def test_a_quarantine_lasts_a_day_at_most_and_never_begins_in_the_past(
    standing: Standing, clock: ManualClock
) -> None:
    now = clock.now()
    assert not standing.quarantine(PREDICTION, now, "too late")
    assert standing.quarantine(DIAGNOSIS, now + 1_000 * HOUR, "forever" * 1_000)
    assert len(standing.quarantined(now + 24 * HOUR - SECOND)[DIAGNOSIS]) == 1_000
    assert standing.quarantined(now + 24 * HOUR) == {}
    clock.advance(25 * HOUR)
    assert standing.quarantine(DIAGNOSIS, clock.now() + HOUR, "anew")
    assert standing.quarantined(clock.now()) == {DIAGNOSIS: "anew"}


def test_an_operator_releases_one_agent(standing: Standing, clock: ManualClock) -> None:
    now = clock.now()
    for agent in AgentName:
        standing.quarantine(agent, now + HOUR, "all")
    standing.release(DIAGNOSIS)
    standing.release(DIAGNOSIS)
    assert set(standing.quarantined(now)) == set(AgentName) - {DIAGNOSIS}
    assert standing.quarantine(DIAGNOSIS, now + SECOND, "again")


# History


def test_ballots_come_back_whole_and_oldest_first(standing: Standing, clock: ManualClock) -> None:
    later, now = clock.now() + SECOND, clock.now()
    standing.note(ballot("INC-2", confidence=700), later)
    standing.note(ballot("INC-1", choice=None), now)
    standing.note(ballot("INC-3", confidence=499), later)
    standing.note(ballot("INC-1", PREDICTION), now)
    seen = [(one.at, one.incident_id, one.confidence, one.approved) for one in standing.history(DIAGNOSIS)]
    assert seen == [(now, "INC-1", 900, False), (later, "INC-2", 700, True), (later, "INC-3", 499, False)]
    assert rounds(standing, PREDICTION) == [("INC-1", 1, 1)]
    assert rounds(standing, AgentName.DETECTION) == []


def test_an_attempt_counts_once_with_its_last_round(standing: Standing, clock: ManualClock) -> None:
    for attempt, round_ in ((1, 1), (1, 2), (1, 1), (1, 2), (2, 1)):
        clock.advance(SECOND)
        standing.note(ballot(attempt=attempt, round=round_), clock.now())
    assert rounds(standing) == [("INC-1", 1, 2), ("INC-1", 2, 1)]


def test_the_outcome_is_of_those_who_approved_this_proposal(standing: Standing, clock: ManualClock) -> None:
    now = clock.now()
    standing.note(ballot("INC-1"), now)
    standing.note(ballot("INC-1", attempt=2), now)
    standing.note(ballot("INC-2"), now)
    standing.note(ballot("INC-1", PREDICTION, choice=SCALE), now)
    standing.note(ballot("INC-1", AgentName.DETECTION, choice=None), now)
    standing.note(ballot("INC-1", AgentName.RESOLUTION), now)
    standing.settle("INC-1", 1, RESTART, False)
    assert outcomes(standing) == [False, None, None]
    assert outcomes(standing, AgentName.RESOLUTION) == [False]
    assert outcomes(standing, PREDICTION) == outcomes(standing, AgentName.DETECTION) == [None]


def test_the_first_outcome_stays_and_so_does_its_ballot(standing: Standing, clock: ManualClock) -> None:
    standing.note(ballot(), clock.now())
    for outcome in (True, True, False):
        standing.settle("INC-1", 1, RESTART, outcome)
    standing.note(ballot(round=2, choice=None), clock.now())
    assert (rounds(standing), outcomes(standing)) == ([("INC-1", 1, 1)], [True])
    standing.settle("INC-9", 1, RESTART, False)


def test_the_last_two_hundred_are_kept(standing: Standing, clock: ManualClock) -> None:
    start = clock.now()
    for number in range(203):
        standing.note(ballot(f"INC-{number}"), start + number * SECOND)
    standing.note(ballot("INC-0"), start)
    kept = [one.incident_id for one in standing.history(DIAGNOSIS)]
    assert kept == [f"INC-{number}" for number in range(3, 203)]


# Breaker


def test_an_agent_that_fails_five_times_is_not_asked_for_thirty_seconds(
    standing: Standing, clock: ManualClock
) -> None:
    for _ in range(5):
        assert standing.allows(DIAGNOSIS)
        standing.failed(DIAGNOSIS)
    assert not standing.allows(DIAGNOSIS)
    assert standing.allows(PREDICTION)
    clock.advance(29 * SECOND)
    assert not standing.allows(DIAGNOSIS)
    clock.advance(SECOND)
    assert [standing.allows(DIAGNOSIS) for _ in range(4)] == [True, True, True, False]
    assert standing.breaker(DIAGNOSIS).phase is Phase.HALF_OPEN
    standing.succeeded(DIAGNOSIS)
    standing.succeeded(DIAGNOSIS)
    assert standing.breaker(DIAGNOSIS) == Breaker()


def test_a_trial_that_fails_opens_it_again(standing: Standing, clock: ManualClock) -> None:
    for _ in range(5):
        standing.failed(DIAGNOSIS)
    clock.advance(30 * SECOND)
    assert standing.allows(DIAGNOSIS)
    standing.failed(DIAGNOSIS)
    assert standing.breaker(DIAGNOSIS) == Breaker(phase=Phase.OPEN, since=clock.now())


# Several writers


class Overtaken:
    """A DynamoDB client before whose puts another writer comes first, the given number of times."""

    def __init__(self, client: Any, first: Callable[[], None], times: int) -> None:
        self._client, self._first, self._times = client, first, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_item(self, **put: Any) -> Any:
        if self._times:
            self._times -= 1
            self._first()
        return self._client.put_item(**put)


Rival = Callable[[Callable[[Standing], None], int], Standing]


@pytest.fixture
def overtaken(aws: boto3.Session, table: str, clock: ManualClock) -> Rival:
    client = aws.client("dynamodb")
    other = DynamodbStanding(client, table, clock)

    def made(act: Callable[[Standing], None], times: int = 1) -> Standing:
        return DynamodbStanding(Overtaken(client, lambda: act(other), times), table, clock)

    return made


def test_of_two_ballots_noted_at_once_both_are_kept(overtaken: Rival, clock: ManualClock) -> None:
    standing = overtaken(lambda other: other.note(ballot("INC-2"), clock.now()), 1)
    standing.note(ballot("INC-1"), clock.now())
    assert rounds(standing) == [("INC-1", 1, 1), ("INC-2", 1, 1)]


def test_a_ballot_noted_while_another_is_settled_loses_neither(overtaken: Rival, clock: ManualClock) -> None:
    standing = overtaken(lambda other: other.settle("INC-1", 1, RESTART, True), 2)
    standing.note(ballot("INC-1"), clock.now())
    standing.note(ballot("INC-2"), clock.now())
    assert outcomes(standing) == [True, None]


def test_of_two_failures_at_once_both_count(overtaken: Rival) -> None:
    standing = overtaken(lambda other: other.failed(DIAGNOSIS), 3)
    standing.failed(DIAGNOSIS)
    assert standing.breaker(DIAGNOSIS).failures == 4


def test_of_two_who_ask_for_the_last_trial_one_gets_it(overtaken: Rival, clock: ManualClock) -> None:
    asked: list[bool] = []
    standing = overtaken(lambda other: asked.append(other.allows(DIAGNOSIS)), 0)
    for _ in range(5):
        standing.failed(DIAGNOSIS)
    clock.advance(30 * SECOND)
    assert standing.allows(DIAGNOSIS)
    assert standing.allows(DIAGNOSIS)
    late = overtaken(lambda other: asked.append(other.allows(DIAGNOSIS)), 1)
    assert not late.allows(DIAGNOSIS)
    assert asked == [True]


def test_of_two_quarantines_at_once_the_later_end_stays(overtaken: Rival, clock: ManualClock) -> None:
    now = clock.now()
    standing = overtaken(lambda other: other.quarantine(DIAGNOSIS, now + 2 * HOUR, "longer"), 1)
    assert not standing.quarantine(DIAGNOSIS, now + HOUR, "shorter")
    assert standing.quarantined(now) == {DIAGNOSIS: "longer"}


def test_who_is_always_overtaken_gives_up_and_may_try_again(overtaken: Rival, clock: ManualClock) -> None:
    def flip(other: Standing) -> None:
        change = other.failed if other.breaker(DIAGNOSIS) == Breaker() else other.succeeded
        change(DIAGNOSIS)

    with pytest.raises(
        PortError, match="AGENT#diagnosis BREAKER: other writers were faster 12 times"
    ) as error:
        overtaken(flip, 1_000).failed(DIAGNOSIS)
    assert error.value.retryable


def test_threads_that_share_the_memory_lose_nothing(clock: ManualClock) -> None:
    standing = MemoryStanding(clock)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: standing.note(ballot(f"INC-{number}"), clock.now()), range(150)))
    assert len(standing.history(DIAGNOSIS)) == 150


# What the table may hold


def put(aws: boto3.Session, table: str, what: str, **attributes: Any) -> None:
    aws.client("dynamodb").put_item(
        TableName=table, Item={"pk": {"S": "AGENT#diagnosis"}, "sk": {"S": what}, **attributes}
    )


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"until": {"S": "soon"}, "reason": {"S": "x"}},
        {"until": {"N": "5"}, "reason": {"S": "x"}},
        {"until": {"S": "2099-01-01"}, "reason": {"S": "x"}},
    ],
)
def test_a_quarantine_that_was_tampered_with_holds_until_it_is_released(
    aws: boto3.Session, table: str, clock: ManualClock, attributes: dict[str, Any]
) -> None:
    standing = DynamodbStanding(aws.client("dynamodb"), table, clock)
    put(aws, table, "QUARANTINE", **attributes)
    assert standing.quarantined(clock.now()) == {DIAGNOSIS: "its quarantine cannot be read: release it"}
    standing.release(DIAGNOSIS)
    assert standing.quarantined(clock.now()) == {}


@pytest.mark.parametrize("body", [{}, {"body": {"S": "[{}]"}}, {"body": {"N": "1"}}])
def test_a_history_that_was_tampered_with_is_named_and_stops_no_other(
    aws: boto3.Session, table: str, clock: ManualClock, body: dict[str, Any]
) -> None:
    standing = DynamodbStanding(aws.client("dynamodb"), table, clock)
    put(aws, table, "HISTORY", **body)
    with pytest.raises(PortError, match="AGENT#diagnosis HISTORY is not a history") as error:
        standing.note(ballot(), clock.now())
    assert not error.value.retryable
    standing.note(ballot(agent=PREDICTION), clock.now())
    with pytest.raises(PortError, match="AGENT#diagnosis"):
        standing.settle("INC-1", 1, RESTART, True)
    assert outcomes(standing, PREDICTION) == [True]


@pytest.mark.parametrize("version", [{}, {"version": {"S": "x"}}, {"version": {"N": "1.5"}}])
@pytest.mark.parametrize("body", [{}, {"body": {"S": '{"failures": 5000}'}}])
def test_a_breaker_that_was_tampered_with_is_a_new_one(
    aws: boto3.Session, table: str, clock: ManualClock, version: dict[str, Any], body: dict[str, Any]
) -> None:
    standing = DynamodbStanding(aws.client("dynamodb"), table, clock)
    put(aws, table, "BREAKER", **version, **body)
    assert standing.allows(DIAGNOSIS)
    standing.failed(DIAGNOSIS)
    assert standing.breaker(DIAGNOSIS) == Breaker(failures=1)


def test_items_stay_small_and_end_by_themselves(aws: boto3.Session, table: str, clock: ManualClock) -> None:
    standing = DynamodbStanding(aws.client("dynamodb"), table, clock)
    standing.quarantine(DIAGNOSIS, clock.now() + HOUR, "x")
    standing.failed(DIAGNOSIS)
    for number in range(200):
        standing.note(ballot(f"{number:0256}"), clock.now())
    items = {item["sk"]["S"]: item for item in aws.client("dynamodb").scan(TableName=table)["Items"]}
    ends = {sk: timedelta(seconds=int(i["ttl"]["N"]) - clock.now().timestamp()) for sk, i in items.items()}
    assert ends["QUARANTINE"] == HOUR + SECOND
    assert (ends["BREAKER"], ends["HISTORY"]) == (timedelta(days=1), timedelta(days=400))
    assert len(items["HISTORY"]["body"]["S"]) < 110_000
