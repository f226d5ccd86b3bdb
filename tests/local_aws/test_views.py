"""The read model over a deployed stage: from an event in the table to the feed, and again from the log."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from scripts.audit.auditor import Auditor
from scripts.commander.reached import Reached
from scripts.dashboard.loopback import event_of
from scripts.dashboard.stage import stage_app, tables_of
from scripts.demo.stage import Stage, deployed
from scripts.local_aws.process import LocalAws
from scripts.operator_log import CLOCK, OperatorLog
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.dynamodb_log_reader import DynamodbLogReader
from shared.adapters.aws.dynamodb_open_incidents import DynamodbOpenIncidents
from shared.adapters.aws.dynamodb_views import DynamodbViews
from shared.adapters.aws.kms_authority import KmsSigner
from shared.domain.clearance import Caller
from shared.domain.errors import ConcurrentAppend
from shared.domain.events import Event, head_of
from shared.domain.facts import Author, Fact, IncidentDetected, NotificationSent
from shared.domain.service import Tier
from shared.domain.signal import Signal, SignalKind
from shared.runtime.web.app import App
from shared.workflow.projecting import Projecting
from tests.local_aws.conftest import eventually

pytestmark = pytest.mark.local_aws
INCIDENTS, EVENTS, PAUSE = 6, 120, 0.15
OURS = {f"INC-{number}" for number in range(INCIDENTS)}
"""Other tests may have incidents in this stage."""
SENT = NotificationSent(channel="console", about="IncidentDetected", version=1)
ASKED = (
    "/incidents", "/incidents/INC-1", "/incidents/INC-1/audit", "/incidents/INC-1/metrics", "/health",
    "/autonomy", "/autonomy/scorecard", "/people/on-call", "/me", "/changes",
)  # fmt: skip
ADA = Caller(where="local", id="ada")


def opened(number: int) -> IncidentDetected:
    now = CLOCK.now()
    signal = Signal(source="test", kind=SignalKind.ALARM, service="web", at=now, key=f"{number}")
    return IncidentDetected(
        signal=signal, service="web", application=f"shop-{number}", services=("web",), tier=Tier.CRITICAL,
        classification="database_failure", severity="critical", confidence=900,
        summary="<b>web</b> is slow", started_at=now, symptoms=(),
    )  # fmt: skip


@dataclass
class House:
    """A deployed stage of which only the archive's function hears the log; and who writes and reads it."""

    stage: Stage

    def __post_init__(self) -> None:
        self.reached = Reached(self.stage.client, self.stage.outputs)
        self.app, self.keys = stage_app(self.reached, "local"), Auditor(self.reached).keys
        self.stores = {author: self._store(author) for author in (Author.DETECTION, Author.COMMUNICATION)}
        lambda_ = self.stage.client("lambda")
        others = [
            mapping["UUID"]
            for mapping in lambda_.list_event_source_mappings()["EventSourceMappings"]
            if self.stage.outputs["AnchorFunction"] not in mapping["FunctionArn"]
        ]
        for each in others:
            lambda_.update_event_source_mapping(UUID=each, Enabled=False)
        states = lambda: {lambda_.get_event_source_mapping(UUID=each)["State"] for each in others}  # noqa: E731
        assert eventually(lambda: states() == {"Disabled"})

    def _store(self, author: Author) -> DynamodbEventStore:
        signer = KmsSigner(self.stage.client("kms"), self.keys[author])
        table = self.stage.outputs["EventsTable"]
        return DynamodbEventStore(self.stage.client("dynamodb"), table, author, signer, CLOCK)

    def append(self, incident: str, author: Author, *facts: Fact) -> Event:
        """The last event; who was still under way when the others were silenced may come in between."""
        store = self.stores[author]
        for _ in range(20):
            try:
                return store.append(incident, head_of(store.read(incident)), facts)[-1]
            except ConcurrentAppend:
                continue
        raise AssertionError(f"{incident} never stands still")

    def projecting(self) -> Projecting:
        dynamodb, tables = self.stage.client("dynamodb"), tables_of(self.reached)
        return Projecting(
            DynamodbLogReader(dynamodb, tables.events, CLOCK),
            OperatorLog(self.reached).distrust,
            DynamodbViews(dynamodb, tables.views, CLOCK),
            CLOCK,
            DynamodbCatalogue(dynamodb, tables.state),
            DynamodbOpenIncidents(dynamodb, tables.state, CLOCK),
        )


@pytest.fixture(scope="module")
def house(aws: LocalAws) -> House:
    return House(deployed(aws, lambda _line: None))


def get(app: App, path: str, query: str = "") -> dict[str, Any]:
    target = f"/api/v1{path}?{query}"
    answer = app.answer(event_of("GET", target, {"host": "127.0.0.1:1"}, ""), ADA)
    assert answer["statusCode"] == 200, answer
    return json.loads(answer["body"])


@dataclass
class Watcher:
    """Polls the feed as the page does, only more often, and notes each version that it sees."""

    app: App
    seen: set[tuple[str, int]] = field(default_factory=set)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        cursor = get(self.app, "/changes")["cursor"]
        while not self.ended.wait(0.05):
            answer = get(self.app, "/changes", f"since={cursor}&limit=100")
            cursor = answer["cursor"]
            self.seen |= {(row["id"], row["version"]) for row in answer["changes"]}

    def knows(self, incident: str, version: int) -> bool:
        """Whether this version, or a later one, was seen."""
        return any(id_ == incident and v >= version for id_, v in self.seen.copy())


@pytest.fixture(scope="module")
def watched(house: House) -> set[tuple[str, int]]:
    """The versions, while they were made at an incident's pace, that the feed never told of."""
    for number in range(INCIDENTS):
        house.append(f"INC-{number}", Author.DETECTION, opened(number))
    assert eventually(
        lambda: {one["id"] for one in get(house.app, "/incidents", "limit=100")["incidents"]} >= OURS
    )
    watcher = Watcher(house.app)
    thread = threading.Thread(target=watcher.run, daemon=True)
    thread.start()
    appended = set()
    for number in range(EVENTS):
        incident = f"INC-{number % INCIDENTS}"
        event = house.append(incident, Author.COMMUNICATION, SENT)
        appended.add((incident, event.version))
        time.sleep(PAUSE)  # the pace of an incident, not a wait for anything
    eventually(lambda: all(watcher.knows(*key) for key in appended))
    watcher.ended.set()
    thread.join()
    return {key for key in appended if not watcher.knows(*key)}


def test_every_event_is_in_the_feed(watched: set[tuple[str, int]]) -> None:
    assert watched == set()


def test_it_is_made_again_from_the_log_to_the_byte(house: House, watched: Any) -> None:
    def everything() -> list[str]:
        rows = [one for one in get(house.app, "/incidents", "limit=100")["incidents"] if one["id"] in OURS]
        paths = [f"/incidents/{row['id']}" for row in rows]
        pages = [get(house.app, path) for path in paths] + [
            get(house.app, f"{path}/events") for path in paths
        ]
        return [json.dumps(one | {"behind_seconds": 0}) for one in [*rows, *pages]]

    before = everything()
    assert len(before) == 3 * INCIDENTS
    made = dict(house.projecting().rebuild())
    assert made.keys() >= OURS
    assert set(made.values()) == {""}
    assert everything() == before


def test_the_dashboards_function_answers_with_its_own_role_and_the_projector_sweeps(
    house: House, watched: Any
) -> None:
    lambda_ = house.stage.client("lambda")

    def invoke(function: str, event: Any) -> Any:
        answer = lambda_.invoke(
            FunctionName=house.stage.outputs[function], Payload=json.dumps(event).encode()
        )
        assert "FunctionError" not in answer
        return json.loads(answer["Payload"].read())

    invoke("ProjectorFunction", {"source": "aws.events", "detail-type": "Scheduled Event"})
    for path in ASKED:
        event = event_of("GET", f"/api/v1{path}", {"host": "api"}, "")
        assert invoke("DashboardFunction", event)["statusCode"] == 401
        event["requestContext"]["authorizer"] = {"iam": {"userArn": "arn:aws:iam::000000000000:user/ada"}}
        answer = invoke("DashboardFunction", event)
        assert answer["statusCode"] == 200, (path, answer)
    assert answer["headers"]["Commander-Behind-Seconds"] == "0"


def test_the_whole_audit_is_asked_by_a_person_with_the_rights_to_it(house: House, watched: Any) -> None:
    found = get(house.app, "/incidents/INC-0/audit")
    assert (found["state"], found["checked"]) == ("holds", "everything")
