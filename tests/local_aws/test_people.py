"""A deployed stage tells people: each by their own road, and later when they are not to be disturbed."""

import json
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scripts.demo.people import PAGER
from scripts.demo.stage import Stage, deployed
from scripts.local_aws.process import LocalAws
from shared.adapters.aws.dynamodb_directory import DynamodbDirectory
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.kms_authority import KmsSigner
from shared.adapters.local.system_clock import SystemClock
from shared.domain.directory import Directory, Level, Team
from shared.domain.events import Head
from shared.domain.facts import Author
from shared.domain.local_time import Quiet
from shared.domain.person import ChannelKind, Contact, Person, Role
from tests.local_aws.conftest import eventually, unique
from tests.sample import opened

pytestmark = pytest.mark.local_aws


@dataclass(frozen=True)
class Told:
    """A deployed stage, and what people heard."""

    stage: Stage

    def know(self, directory: Directory) -> None:
        client = self.stage.client("dynamodb")
        DynamodbDirectory(client, self.stage.outputs["StateTable"]).save(directory)

    def begin(self, severity: str) -> str:
        """An incident, as detection writes it."""
        incident, now = f"INC-{unique('people')}", datetime.now(UTC)
        key = json.loads(self.stage.outputs["AuditKeys"])["detection"]
        store = DynamodbEventStore(
            self.stage.client("dynamodb"),
            self.stage.outputs["EventsTable"],
            Author.DETECTION,
            KmsSigner(self.stage.client("kms"), key),
            SystemClock(),
        )
        fact = opened(now).model_copy(update={"severity": severity, "summary": f"{incident} is slow"})
        store.append(incident, Head(), [fact])
        return incident

    def told(self, incident: str, recipient: str) -> list[str]:
        """The channels by which a recipient was told that it began; the reasons when that failed."""
        said = [one for one in self.stage.events(incident) if one.type.startswith("Notification")]
        mine = [one.data for one in said if one.data["recipient"] == recipient and one.data["version"] == 1]
        return [one.get("reason") or one["channel"] for one in mine]

    def schedules(self, incident: str) -> list[Any]:
        client = self.stage.client("scheduler")
        found = [one for one in client.list_schedules()["Schedules"] if one["Name"].startswith(incident)]
        return [client.get_schedule(Name=one["Name"], GroupName=one["GroupName"]) for one in found]


@pytest.fixture(scope="module")
def people(aws: LocalAws) -> Told:
    stage = deployed(aws, lambda _line: None)
    return Told(stage)


def somebody(id_: str, role: Role, *quiet: Quiet) -> Person:
    roads = {
        Role.ON_CALL: (Contact(channel=ChannelKind.PAGERDUTY, address=PAGER),),
        Role.INCIDENT_LEAD: (Contact(channel=ChannelKind.EMAIL, address=f"{id_}@example.org"),),
    }
    return Person(id=id_, name=id_, role=role, channels=roads[role], do_not_disturb=quiet)


def asleep() -> Quiet:
    """For about an hour from now on."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    return Quiet(begins=(now - timedelta(minutes=5)).time(), ends=(now + timedelta(hours=1)).time())


def test_who_is_asleep_is_told_when_the_schedule_calls_and_who_is_on_call_at_once(people: Told) -> None:
    ada, cy = somebody("ada", Role.ON_CALL), somebody("cy", Role.INCIDENT_LEAD, asleep())
    team = Team(id="shop", levels=(Level(people=("ada",), minutes=30),))
    people.know(Directory(people=(ada, cy), teams=(team,)))
    incident = people.begin("high")
    assert eventually(lambda: people.told(incident, "ada")) == ["pagerduty:ada:1"]
    assert eventually(lambda: people.told(incident, "stage")) == ["slack"]
    (schedule,) = eventually(lambda: people.schedules(incident))
    at = datetime.strptime(schedule["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
    assert timedelta() < at - datetime.now(UTC) <= timedelta(minutes=30)  # the next level, before the morning
    assert people.told(incident, "cy") == []
    people.know(Directory(people=(ada, somebody("cy", Role.INCIDENT_LEAD)), teams=(team,)))  # awake

    def called() -> list[str]:
        """As the schedule does it, until the directory of a moment ago is not used any more."""
        answer = people.stage.client("lambda").invoke(
            FunctionName=schedule["Target"]["Arn"], Payload=schedule["Target"]["Input"].encode()
        )
        assert "FunctionError" not in answer
        return people.told(incident, "cy")

    assert eventually(called) == ["email:cy:1"]
    with urllib.request.urlopen(f"{people.stage.aws.endpoint}/_ministack/ses/messages", timeout=5) as answer:
        (mails,) = json.load(answer)["messages"].values()
    assert [one["To"] for one in mails if incident in one["BodyText"]] == [["cy@example.org"]]


@pytest.mark.faults  # up to a minute of waiting for a clock
def test_a_schedule_calls_by_itself_when_the_night_is_over(people: Told) -> None:
    ends = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    if ends - datetime.now(UTC) < timedelta(seconds=15):
        ends += timedelta(minutes=1)
    night = Quiet(begins=(ends - timedelta(hours=2)).time(), ends=ends.time())
    people.know(Directory(people=(somebody("cy", Role.INCIDENT_LEAD, night),)))
    incident = people.begin("high")
    assert eventually(lambda: people.schedules(incident))
    assert people.told(incident, "cy") == []
    assert eventually(lambda: people.told(incident, "cy")) == ["email:cy:1"]
    assert datetime.now(UTC) >= ends
    assert people.schedules(incident) == []
