"""The archiver: copies first, then one anchor an incident; what comes again changes nothing."""

from typing import Any

import pytest

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_anchors import MemoryAnchors
from shared.adapters.local.memory_archive import MemoryArchive
from shared.adapters.local.memory_authority import MemorySigner
from shared.adapters.local.memory_dead_letters import MemoryDeadLetters
from shared.domain.audit_records import Anchor
from shared.domain.errors import PortError
from shared.domain.events import Event
from shared.runtime.log_stream import archive_handler
from shared.workflow.archiving import Archiving
from tests.audit.logs import WRITTEN, body, kept, written

SIGNER = MemorySigner(b"anchor")
LOG, OTHER = written(*WRITTEN), written(*WRITTEN, incident="inc-2")


class FailingArchive(MemoryArchive):
    """Fails, for the time being, when it comes to one version."""

    def __init__(self, version: int = 0) -> None:
        super().__init__()
        self.version = version

    def keep(self, incident_id: str, version: int, body: str) -> None:
        if version == self.version:
            raise PortError("S3 is slow", retryable=True)
        super().keep(incident_id, version, body)


class Function:
    """The function, and what came of its batches."""

    def __init__(self, failing: int = 0) -> None:
        self.archive, self.anchors = FailingArchive(failing), MemoryAnchors()
        self.letters, self.clock = MemoryDeadLetters(), ManualClock()
        archiving = Archiving(self.archive, self.anchors, SIGNER, self.clock)
        self.handler = archive_handler(lambda: archiving, lambda: self.letters)

    def run(self, *events: Event, **changed: Any) -> list[str]:
        records = [record(event, **changed) for event in events]
        return [
            each["itemIdentifier"] for each in self.handler({"Records": records}, None)["batchItemFailures"]
        ]

    def anchored(self, incident_id: str = "inc-1") -> list[int]:
        return [each.version for each in self.anchors.anchors(incident_id)]


def record(event: Event, **changed: Any) -> dict[str, Any]:
    image = {"pk": f"INCIDENT#{event.incident_id}", "sk": f"EVENT#{event.version:012d}", "body": body(event)}
    given = {key: {"S": value} for key, value in {**image, **changed}.items()}
    return {"eventName": "INSERT", "dynamodb": {"SequenceNumber": f"s{event.version}", "NewImage": given}}


def test_every_event_is_copied_and_the_newest_of_each_incident_anchored() -> None:
    function = Function()
    assert function.run(*LOG, *OTHER[:2]) == []
    assert function.archive.copies("inc-1") == kept(LOG)
    assert (function.anchored(), function.anchored("inc-2")) == ([5], [2])
    (stored,) = function.anchors.anchors("inc-1")
    anchor = Anchor.model_validate_json(stored.bodies[0])
    assert (anchor.hash, anchor.mac) == (LOG[4].hash, SIGNER.mac(anchor.sealed()))


def test_a_day_of_records_again_in_any_order_changes_nothing() -> None:
    function = Function()
    function.run(*LOG)
    before = (function.archive.copies("inc-1"), function.anchors.anchors("inc-1"))
    for events in (LOG, LOG[::-1], LOG[2:]):
        assert function.run(*events) == []
    assert (function.archive.copies("inc-1"), function.anchors.anchors("inc-1")) == before
    assert function.letters.letters == []


def test_a_failure_ends_the_batch_there_and_what_came_before_is_anchored() -> None:
    function = Function(failing=3)
    assert function.run(*LOG) == ["s3"]
    assert (len(function.archive.copies("inc-1")), function.anchored()) == (2, [2])
    function.archive.version = 0
    assert function.run(*LOG[2:]) == []
    assert function.anchored() == [2, 5]


def test_another_event_under_a_kept_key_is_a_dead_letter_and_is_not_anchored() -> None:
    function = Function()
    function.run(*LOG[:2])
    other = LOG[2].model_copy(update={"version": 2})
    other = other.model_copy(update={"hash": other.computed_hash()})
    assert function.run(other, LOG[2]) == []
    (letter,) = function.letters.letters
    assert "DifferentCopy" in str(letter)
    assert (function.archive.copies("inc-1"), function.anchored()) == (kept(LOG[:3]), [2, 3])


@pytest.mark.parametrize(
    "changed",
    [
        {"body": "[]"},
        {"sk": "EVENT#000000000002"},
        {"pk": "INCIDENT#inc-2"},
        {"body": body(LOG[0]).replace('"one"', '"two"')},
        {"body": body(LOG[0]).replace('"one"', "NaN")},
    ],
    ids=["no event", "another place", "another incident", "another hash", "a number that is none"],
)
def test_what_is_no_event_in_its_place_is_a_dead_letter(changed: dict[str, str]) -> None:
    function = Function()
    assert function.run(LOG[0], **changed) == []
    assert len(function.letters.letters) == 1
    assert function.archive.incident_ids() == ()
