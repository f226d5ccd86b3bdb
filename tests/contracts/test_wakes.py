"""What every keeper of calls keeps."""

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from shared.adapters.aws.scheduler_wakes import Called, SchedulerWakes
from shared.adapters.local.memory_wakes import MemoryWakes
from shared.ports.wakes import Wake

WAKE = Wake(incident_id="INC-01KAXYZ0000000000000000000", version=7)
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
CALLED = Called(
    "group", "arn:aws:lambda:eu-central-1:1:function:f", "arn:aws:iam::1:role/r", "arn:aws:sqs:::q"
)


class Kept:
    """The calls that a memory was asked for."""

    def __init__(self):
        self.wakes = MemoryWakes()

    def calls(self):
        return [(wake, at) for (_, at), wake in self.wakes.asked.items()]


class Scheduled:
    """The calls that schedules will make."""

    def __init__(self, session):
        self.client = session.client("scheduler")
        self.client.create_schedule_group(Name=CALLED.group)
        self.wakes = SchedulerWakes(self.client, CALLED)

    def schedules(self):
        found = self.client.list_schedules(GroupName=CALLED.group)["Schedules"]
        return [self.client.get_schedule(GroupName=CALLED.group, Name=one["Name"]) for one in found]

    def calls(self):
        for one in self.schedules():
            at = datetime.strptime(one["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
            yield Wake.model_validate(json.loads(one["Target"]["Input"])["wake"]), at


@pytest.fixture(params=["local", "aws"])
def kept(request):
    return Kept() if request.param == "local" else Scheduled(request.getfixturevalue("aws"))


def test_a_call_says_what_to_look_at(kept):
    kept.wakes.at(WAKE, TOMORROW)
    assert list(kept.calls()) == [(WAKE, TOMORROW)]


def test_asked_for_twice_it_is_one_call_and_another_time_is_another(kept):
    kept.wakes.at(WAKE, TOMORROW)
    kept.wakes.at(WAKE.model_copy(update={"version": 8}), TOMORROW)
    kept.wakes.at(WAKE, TOMORROW + timedelta(hours=1))
    assert sorted(at for _, at in kept.calls()) == [TOMORROW, TOMORROW + timedelta(hours=1)]


def test_no_call_comes_before_it_is_due(kept):
    kept.wakes.at(WAKE, TOMORROW + timedelta(microseconds=1))
    assert list(kept.calls()) == [(WAKE, TOMORROW + timedelta(seconds=1))]


def test_a_schedule_is_gone_when_it_has_called_and_does_not_try_for_ever(aws: boto3.Session) -> None:
    scheduled = Scheduled(aws)
    scheduled.wakes.at(WAKE, TOMORROW)
    (made,) = scheduled.schedules()
    assert made["ActionAfterCompletion"] == "DELETE"
    assert made["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert made["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 10, "MaximumEventAgeInSeconds": 3600}
    assert made["Target"]["DeadLetterConfig"] == {"Arn": CALLED.dead_letters}


def test_an_incident_of_any_name_gets_a_name_that_schedules_may_have(aws: boto3.Session) -> None:
    scheduled = Scheduled(aws)
    odd = Wake(incident_id="INC-ä/" * 20, version=1)
    scheduled.wakes.at(odd, TOMORROW)
    assert [wake for wake, _ in scheduled.calls()] == [odd]
