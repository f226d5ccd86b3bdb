"""Tampering with a deployed log, in the table and in the bucket: each kind is named, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scripts.audit.auditor import Auditor
from scripts.commander.main import application
from scripts.commander.reached import Reached
from scripts.demo.stage import Stage, deployed
from scripts.local_aws.process import LocalAws
from scripts.synth import REPOSITORY
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.kms_authority import KmsSigner
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner
from shared.domain.errors import CommanderError, IncidentNotFound
from shared.domain.events import Event, head_of
from shared.domain.facts import Author, AuthorRejected, Fact, NotificationSent
from shared.domain.model import canonical_json
from shared.domain.repair import repaired
from shared.ports.authority import Signer
from shared.workflow.trust import Trust
from tests.local_aws.conftest import eventually

pytestmark = pytest.mark.local_aws
VERIFIER = REPOSITORY / "scripts" / "audit" / "verify_bundle.py"
REJECTED = AuthorRejected(event_id="e-0", author="nobody", reason="nothing that an agent is asked by")
SENT = NotificationSent(channel="console", about="incident", version=1)
WRITTEN: tuple[tuple[Author, tuple[Fact, ...]], ...] = (
    (Author.COORDINATOR, (REJECTED, REJECTED)),
    (Author.COMMUNICATION, (SENT, SENT)),
    (Author.COORDINATOR, (REJECTED,)),
)


@dataclass
class House:
    """A deployed stage, its logs, and an administrator who means ill."""

    stage: Stage
    clock: ManualClock = field(default_factory=ManualClock)
    logs: dict[str, tuple[Event, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.auditor = Auditor(Reached(self.stage.client, self.stage.outputs))
        self.s3, self.dynamodb = self.stage.client("s3"), self.stage.client("dynamodb")
        self.bucket, self.table = self.stage.outputs["ArchiveBucket"], self.stage.outputs["EventsTable"]

    def signer(self, author: Author) -> KmsSigner:
        return KmsSigner(self.stage.client("kms"), self.auditor.keys[author])

    def append(self, incident: str, author: Author, *facts: Fact, signer: Signer | None = None) -> None:
        store = DynamodbEventStore(
            self.dynamodb, self.table, author, signer or self.signer(author), self.clock
        )
        made = store.append(incident, head_of(self.logs.get(incident, ())), facts)
        self.logs[incident] = (*self.logs.get(incident, ()), *made)

    def put(self, event: Event, version: int = 0) -> None:
        """Over whatever stands there."""
        item = {
            "pk": f"INCIDENT#{event.incident_id}",
            "sk": f"EVENT#{version or event.version:012d}",
            "type": event.type,
            "author": event.recorded_by.value,
            "incident_id": event.incident_id,
            "body": body(event),
        }
        self.dynamodb.put_item(TableName=self.table, Item={key: {"S": text} for key, text in item.items()})

    def delete(self, event: Event) -> None:
        key = {"pk": {"S": f"INCIDENT#{event.incident_id}"}, "sk": {"S": f"EVENT#{event.version:012d}"}}
        self.dynamodb.delete_item(TableName=self.table, Key=key)

    def head(self, incident: str, version: int, hash_: str) -> None:
        key = {"pk": {"S": f"INCIDENT#{incident}"}, "sk": {"S": "HEAD"}}
        where = {"version": {"N": str(version)}, "hash": {"S": hash_}}
        self.dynamodb.put_item(TableName=self.table, Item={**key, **where})

    def object(self, folder: str, event: Event) -> dict[str, str]:
        key = f"{folder}/{event.incident_id}/{event.version:012d}.json"
        return {"Bucket": self.bucket, "Key": key}

    def objects(self) -> list[tuple[str, str]]:
        """Key and version id of everything in the archive."""
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket)
        return sorted((each["Key"], each["VersionId"]) for page in pages for each in page.get("Versions", []))

    def copied(self, incidents: set[str]) -> bool:
        """Whether every event has its copy, and each log's last one its anchor."""
        keys = {key for key, _ in self.objects()}
        events = [event for incident in incidents for event in self.logs[incident]]
        wanted = {self.object("events", event)["Key"] for event in events}
        wanted |= {self.object("anchors", self.logs[incident][-1])["Key"] for incident in incidents}
        return wanted <= keys


def body(event: Event) -> str:
    return canonical_json(event.plain()).decode()


def edited(event: Event, **values: object) -> Event:
    """With other content, and the hash that fits it."""
    other = event.model_copy(
        update={"data": {"event_id": "e-1", "author": "diagnosis", "reason": "evil"}, **values}
    )
    return other.model_copy(update={"hash": other.computed_hash()})


def sealed(house: House, event: Event) -> Event:
    """With its author's own key, which somebody stole."""
    mac = house.signer(event.recorded_by).mac(event.hash)
    return event.model_copy(update={"author_mac": mac})


def swap(house: House, log: tuple[Event, ...]) -> None:
    house.put(log[1], 3)
    house.put(log[2], 2)


def truncate(house: House, log: tuple[Event, ...]) -> None:
    house.delete(log[4])
    house.head(log[0].incident_id, 4, log[3].hash)


def disagree(house: House, log: tuple[Event, ...]) -> None:
    house.put(sealed(house, edited(log[4])))
    house.head(log[0].incident_id, 5, edited(log[4]).hash)


def unreadable(house: House, log: tuple[Event, ...]) -> None:
    key = {"pk": {"S": f"INCIDENT#{log[2].incident_id}"}, "sk": {"S": "EVENT#000000000003"}}
    house.dynamodb.put_item(TableName=house.table, Item={**key, "body": {"N": "7"}})


Tamper = Callable[[House, tuple[Event, ...]], object]
CASES: dict[str, tuple[Tamper, list[tuple[str, int]]]] = {
    "edited": (lambda house, log: house.put(edited(log[2])), [("edited", 3)]),
    "deleted": (lambda house, log: house.delete(log[2]), [("deleted", 3)]),
    "inserted": (
        lambda house, log: house.put(edited(log[4], version=6, event_id="inserted-6")),
        [("inserted", 6)],
    ),
    "reordered": (swap, [("reordered", 2), ("reordered", 3)]),
    "truncated": (truncate, [("truncated", 5)]),
    "unreadable": (unreadable, [("unreadable", 3)]),
    "bad-mac": (
        lambda house, log: house.append(
            log[0].incident_id, Author.COORDINATOR, REJECTED, signer=MemorySigner(b"x")
        ),
        [("bad-mac", 6)],
    ),
    "wrong-author": (
        lambda house, log: house.append(log[0].incident_id, Author.DIAGNOSIS, REJECTED),
        [("wrong-author", 6)],
    ),
    "head-beyond": (lambda house, log: house.head(log[0].incident_id, 9, "x"), [("head-beyond", 5)]),
    "head-mismatch": (lambda house, log: house.head(log[0].incident_id, 5, "x"), [("head-mismatch", 5)]),
    "anchor-missing": (
        lambda house, log: house.s3.delete_object(**house.object("anchors", log[4])),
        [("anchor-missing", 5)],
    ),
    "anchor-forged": (
        lambda house, log: house.s3.put_object(**house.object("anchors", log[4]), Body=b'{"hash": "x"}'),
        [("anchor-forged", 5)],
    ),
    "copy-missing": (
        lambda house, log: house.s3.delete_object(**house.object("events", log[2])),
        [("copy-missing", 3)],
    ),
    "copy-differs": (
        lambda house, log: house.s3.put_object(
            **house.object("events", log[2]), Body=body(edited(log[2])).encode()
        ),
        [("copy-differs", 3)],
    ),
    "copies-disagree": (disagree, [("copies-disagree", 5)]),
}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A stage with a log for each kind of tampering and one that nobody touches, all in the archive."""
    with LocalAws() as aws:
        made = House(deployed(aws, lambda _line: None))
        for incident in ("untouched", *CASES):
            for author, facts in WRITTEN:
                made.append(incident, author, *facts)
        assert eventually(lambda: made.copied({"untouched", *CASES}))
        yield made


@dataclass(frozen=True)
class Answer:
    """What a command came to."""

    returncode: int
    stdout: str


def commander(house: House, *words: str) -> Answer:
    """The command line, with the administrator's credentials in the environment as in a real account."""
    asked = ["audit", *words, "--stage", "LOCAL"]  # `local` would be the detached local AWS
    done = CliRunner(env=house.stage.aws.environment()).invoke(application(asked), asked)
    if isinstance(done.exception, CommanderError):
        raise done.exception
    return Answer(done.exit_code, done.stdout)


def test_a_log_that_nobody_touched_is_ok(house: House) -> None:
    asked = commander(house, "verify", "--all", "--grace", "0")
    assert (asked.returncode, asked.stdout) == (0, f"{len(CASES) + 1} incidents: ok\n")


def test_only_the_anchor_may_write_the_archive_until_a_person_lifts_its_policy(house: House) -> None:
    event = house.logs["untouched"][0]
    for attempt in (house.s3.put_object, house.s3.delete_object):
        with pytest.raises(house.s3.exceptions.ClientError, match="AccessDenied"):
            attempt(**house.object("events", event))


def test_the_whole_stream_again_changes_nothing(house: House) -> None:
    before, letters = house.objects(), house.stage.dead_letters()
    records = [
        {
            "eventName": "INSERT",
            "dynamodb": {"SequenceNumber": str(number), "NewImage": image(event)},
        }
        for number, event in enumerate(event for log in house.logs.values() for event in log)
    ]
    for batch in (records, records[::-1]):
        answer = house.stage.client("lambda").invoke(
            FunctionName=house.stage.outputs["AnchorFunction"], Payload=json.dumps({"Records": batch})
        )
        assert json.loads(answer["Payload"].read()) == {"batchItemFailures": []}
    anchors = {key for key, _ in house.objects()} - {key for key, _ in before}
    assert (anchors, house.objects()) == (set(), before)
    new = [one for one in house.stage.dead_letters() if one not in letters]
    # A log that opens no incident has no page, which the projector says, perhaps only now.
    assert [one for one in new if not _opens_nothing(one)] == []


def _opens_nothing(letter: dict[str, Any]) -> bool:
    return letter.get("source") == "projector" and letter["reason"].startswith("IncidentNotFound")


def image(event: Event) -> dict[str, Any]:
    place = {"pk": f"INCIDENT#{event.incident_id}", "sk": f"EVENT#{event.version:012d}", "body": body(event)}
    return {key: {"S": value} for key, value in place.items()}


@pytest.fixture(scope="module")
def audited(house: House) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """Exit code and findings by incident, after all of it was done at once by who may do everything."""
    house.s3.delete_bucket_policy(Bucket=house.bucket)
    for incident, (tamper, _) in CASES.items():
        tamper(house, house.logs[incident])
    assert eventually(lambda: house.copied({"bad-mac", "wrong-author"}))
    asked = commander(house, "verify", "--all", "--json")
    found: dict[str, list[dict[str, Any]]] = {}
    for each in json.loads(asked.stdout)["findings"]:
        found.setdefault(each["incident_id"], []).append(each)
    return asked.returncode, found


@pytest.mark.parametrize("incident", CASES)
def test_tampering_is_named_with_its_event(
    house: House, audited: tuple[int, dict[str, list[dict[str, Any]]]], incident: str
) -> None:
    code, found = audited
    assert code == 1
    assert [(each["kind"], each["version"]) for each in found[incident]] == CASES[incident][1]
    ids = {event.version: event.event_id for event in house.logs[incident]}
    if incident == "inserted":
        ids[6] = "inserted-6"
    if incident == "reordered":
        ids[2], ids[3] = ids[3], ids[2]  # who stands there
    assert [each["event_id"] for each in found[incident]] == [ids[v] for _, v in CASES[incident][1]]


def test_the_other_incidents_are_unaffected(
    audited: tuple[int, dict[str, list[dict[str, Any]]]],
) -> None:
    assert "untouched" not in audited[1]


@pytest.mark.usefixtures("audited")
@pytest.mark.parametrize("incident", ["edited", "deleted"])
def test_what_a_genuine_copy_proves_is_repaired_by_appending(
    house: House, incident: str, tmp_path: Path
) -> None:
    asked = commander(house, "repair", incident)
    assert (asked.returncode, asked.stdout.split(" (")[0]) == (0, "version 3 is restored by version 6")
    again = commander(house, "verify", incident)
    assert (again.returncode, again.stdout.split(":")[0]) == (0, "repaired")
    assert house.logs[incident][2].event_id in again.stdout
    trust = Trust(house.auditor._verifier)
    read = repaired(house.stage.events(incident), trust.distrust)
    assert read[:5] == house.logs[incident]
    bundle = tmp_path / "bundle.json"
    assert commander(house, "export", incident, "--out", str(bundle)).returncode == 0
    code, said = offline(bundle)
    assert code == 0, said


@pytest.mark.usefixtures("audited")
@pytest.mark.parametrize("incident", ["copies-disagree", "truncated"])
def test_what_no_copy_can_settle_is_left_to_a_human(house: House, incident: str) -> None:
    before = len(house.stage.events(incident))
    asked = commander(house, "repair", incident)
    assert asked.returncode == 1
    assert house.logs[incident][4].event_id in asked.stdout
    assert "human must decide" in asked.stdout
    assert len(house.stage.events(incident)) == before


def offline(bundle: Path, *words: str) -> tuple[int, str]:
    """A bare interpreter: no site packages, no environment, no project."""
    asked = [sys.executable, "-I", "-S", str(VERIFIER), str(bundle), *words]
    done = subprocess.run(asked, capture_output=True, text=True, env={}, cwd="/", timeout=30, check=False)
    return done.returncode, done.stdout


@pytest.mark.usefixtures("audited")
def test_a_bundle_is_checked_by_who_has_nothing_of_ours(house: House, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    assert commander(house, "export", "untouched", "--out", str(good)).returncode == 0
    assert offline(good) == (0, "untouched: 5 events hold\n")
    code, commands = offline(good, "--macs")
    anchors = json.loads(good.read_text())["anchors"]
    assert (code, len(commands.splitlines())) == (0, 5 + len(anchors))
    bad.write_text(good.read_text().replace("communication", "workflow", 1))
    assert offline(bad)[0] == 1
    (tmp_path / "no.json").write_text("[]")
    assert offline(tmp_path / "no.json")[0] == 2


def test_wrong_use_is_2(house: House) -> None:
    assert commander(house, "verify").returncode == 2
    assert commander(house, "verify", "untouched", "--all").returncode == 2
    with pytest.raises(IncidentNotFound):
        commander(house, "verify", "nobody")


@pytest.mark.usefixtures("audited")
def test_another_event_under_a_copied_key_is_a_dead_letter_and_the_copy_stays(house: House) -> None:
    event = house.logs["untouched"][4]
    before = house.objects()
    house.delete(event)
    house.put(edited(event))

    def refused() -> list[dict[str, Any]]:
        return [one for one in house.stage.dead_letters() if "DifferentCopy" in one.get("reason", "")]

    assert eventually(refused), house.stage.dead_letters()
    assert house.objects() == before
