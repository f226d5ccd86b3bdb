"""A deployed stage tells people: each by their own road, and later when they are not to be disturbed."""

import json
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from scripts.commander.main import application
from scripts.dashboard.loopback import event_of
from scripts.demo.people import PAGER
from scripts.demo.stage import Stage, deployed
from scripts.local_aws.process import LocalAws
from scripts.local_aws.slack_click import buttons, click
from shared.adapters.aws.dynamodb_directory import DynamodbDirectory
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.kms_authority import KmsSigner
from shared.adapters.local.system_clock import SystemClock
from shared.domain.consensus import DecisionKind
from shared.domain.directory import Directory, Level, Team
from shared.domain.events import Head
from shared.domain.facts import Author, EscalatedToHuman, HandedToPeople
from shared.domain.incident import Incident
from shared.domain.local_time import Quiet
from shared.domain.person import ChannelKind, Contact, Identities, Person, Role
from shared.ports.event_store import load, record
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

    def log(self, author: Author) -> DynamodbEventStore:
        """The log, written as somebody."""
        key = json.loads(self.stage.outputs["AuditKeys"])[author.value]
        return DynamodbEventStore(
            self.stage.client("dynamodb"),
            self.stage.outputs["EventsTable"],
            author,
            KmsSigner(self.stage.client("kms"), key),
            SystemClock(),
        )

    def state(self, incident: str) -> Incident:
        """The incident as it is now."""
        return load(self.log(Author.OPERATOR), incident)

    def begin(self, severity: str) -> str:
        """An incident, as detection writes it."""
        incident, now = f"INC-{unique('people')}".upper(), datetime.now(UTC)
        store = self.log(Author.DETECTION)
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


def begun(people: Told) -> str:
    """An incident that the machine has left to people, as detection and the workflow write it."""
    incident = people.begin("critical")
    left = HandedToPeople(
        outcome="escalated", decision=DecisionKind.HUMAN, business_usd="1.00", incident_usd="0.01"
    )
    for fact in (EscalatedToHuman(reason="no_quorum"), left):
        record(people.log(Author.WORKFLOW), incident, lambda _state, fact=fact: (fact,))
    return incident


def buttons_of(people: Told, incident: str) -> Any:
    """The newest message in Slack that lets somebody take it."""
    with urllib.request.urlopen(f"{people.stage.aws.slack_url}/_recorder/messages", timeout=5) as answer:
        said = json.load(answer)
    found = [
        one
        for one in said
        if any(
            each["action_id"] == "commander_resolve" and incident in each["value"]
            for each in buttons(one.get("blocks", ()))
        )
    ]
    return found[-1] if found else None


def invoked(people: Told, function: str, method: str, path: str, body: Any, arn: str) -> Any:
    """The API's function, as its authorizer lets somebody through."""
    event = event_of(method, f"/api/v1{path}", {"host": "api", "content-type": "application/json"}, body)
    event["requestContext"]["authorizer"] = {"iam": {"userArn": arn}}
    answer = people.stage.client("lambda").invoke(
        FunctionName=people.stage.outputs[function], Payload=json.dumps(event).encode()
    )
    assert "FunctionError" not in answer
    made = json.loads(answer["Payload"].read())
    assert made["statusCode"] == 200, made
    return json.loads(made["body"])


def test_taken_in_slack_handed_on_from_the_page_and_resolved_at_the_command_line_it_has_one_end(
    people: Told,
) -> None:
    arn = people.stage.client("sts").get_caller_identity()["Arn"]
    bo_arn = "arn:aws:iam::000000000000:user/bo"
    ada, bo = (
        somebody("ada", Role.ON_CALL).model_copy(
            update={"identities": Identities(slack="U0ADA", aws=("arn:aws:iam::000000000000:user/ada",))}
        ),
        somebody("bo", Role.ON_CALL).model_copy(update={"identities": Identities(aws=(arn, bo_arn))}),
    )
    people.know(Directory(people=(ada, bo), teams=(Team(id="shop", levels=(Level(people=("ada", "bo")),)),)))
    incident = begun(people)
    message = eventually(lambda: buttons_of(people, incident))
    port = urlsplit(people.stage.aws.endpoint).port
    taken = click(message, "commander_take_over", "U0ADA")
    assert taken.to(people.stage.outputs["SlackAnswersUrl"], port) == 200
    eventually(lambda: people.state(incident).owner == "ada")
    api = partial(invoked, people, arn="arn:aws:iam::000000000000:user/ada")
    given = {"to": "bo", "reason": "my shift ends"}
    said = api("AnsweringFunction", "POST", f"/incidents/{incident}/hand-on", json.dumps(given))
    assert said["said"] == f"{incident}: handed on to bo by ada"
    seen = eventually(
        lambda: (
            (page := api("DashboardFunction", "GET", f"/incidents/{incident}", ""))["incident"]["row"][
                "owner"
            ]
            == "bo"
            and page
        )
    )
    assert {"hand_on", "resolve", "note"} <= set(seen["may"])
    assert seen["running"]["usd_per_minute"] != "0"
    for words in (
        ("note", incident, "it is the vendor's pool"),
        ("resolve", incident, "--did", "the vendor raised it", "--cause", "the vendor", "--json"),
    ):
        asked = [*words, "--stage", "LOCAL"]  # `local` would be the detached local AWS
        done = CliRunner(env=people.stage.aws.environment()).invoke(application(asked), asked)
        assert done.exit_code == 0, done.stdout
    assert json.loads(done.stdout)["status"] == "resolved"
    eventually(lambda: people.state(incident).status == "closed")
    types = [one.type for one in people.stage.events(incident)]
    assert [types.count(one) for one in ("TakenOver", "HandedOn", "NoteAdded")] == [1, 1, 1]
    assert [types.count(one) for one in ("HandedToPeople", "ResolvedByPeople", "IncidentClosed")] == [1, 1, 1]
    page = eventually(
        lambda: (
            (page := api("DashboardFunction", "GET", f"/incidents/{incident}", ""))["incident"]["row"][
                "closed"
            ]
            and page
        )
    )
    assert page["running"]["usd"] == people.state(incident).closed.business_usd
    assert page["running"]["usd_per_minute"] == "0"
    assert page["may"] == ["note", "reopen"]


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
