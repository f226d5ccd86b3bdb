"""A letter that is handed in again is refused aloud, and what an event measures is said as a metric."""

import json
from typing import Any

import pytest

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_anchors import MemoryAnchors
from shared.adapters.local.memory_archive import MemoryArchive
from shared.adapters.local.memory_authority import MemorySigner
from shared.adapters.local.memory_dead_letters import MemoryDeadLetters
from shared.domain.dead_letter import AGAIN, REFUSED
from shared.domain.errors import UnknownService
from shared.domain.gauge import Gauge
from shared.runtime.bus import bus_handler
from shared.runtime.log_stream import archive_handler
from shared.runtime.stream import stream_handler
from shared.workflow.archiving import Archiving
from tests.runtime.test_entry_points import EVENT, captured, kinesis

FORGED = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": {}}}


def refuse(_said: Any) -> str:
    raise UnknownService("nobody")


def archiving() -> Archiving:
    return Archiving(MemoryArchive(), MemoryAnchors(), MemorySigner(b"k"), ManualClock())


@pytest.mark.parametrize(
    ("make", "event"),
    [
        (lambda buried: stream_handler("here", lambda: refuse, None, buried), kinesis(captured())),
        (lambda buried: bus_handler("here", refuse, buried), {"detail": {}}),
        (lambda buried: archive_handler(archiving, buried), {"Records": [FORGED]}),
    ],
    ids=["stream", "bus", "archive"],
)
def test_what_is_refused_is_buried_once_and_afterwards_said(make: Any, event: dict[str, Any]) -> None:
    letters = MemoryDeadLetters()
    handler = make(lambda: letters)
    assert REFUSED not in (handler(event, None) or {})
    assert len(letters.letters) == 1
    answer = handler({**event, AGAIN: True}, None)
    assert answer[REFUSED] == [letters.letters[0].reason]
    assert len(letters.letters) == 1


def test_what_an_event_measures_is_a_metric_of_the_function(capsys: pytest.CaptureFixture[str]) -> None:
    def measure(event: Any) -> tuple[Gauge, ...]:
        return (Gauge(name="Opened", value=2), Gauge(name="Left", value=0.5, about=event.event_id))

    handler = stream_handler("here", lambda: lambda _event: None, measured=lambda: measure)
    handler(kinesis(captured()), None)
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"')]
    assert [(one["service"], one.get("about"), one.get("Opened"), one.get("Left")) for one in said] == [
        ("here", None, [2], None),
        ("here", EVENT.event_id, None, [0.5]),
    ]
    assert said[0]["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]


def test_what_was_not_taken_measures_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def measure(_event: Any) -> tuple[Gauge, ...]:
        return (Gauge(name="Opened", value=1),)

    handler = stream_handler("here", lambda: refuse, None, MemoryDeadLetters, measured=lambda: measure)
    handler(kinesis(captured()), None)
    assert '"Opened"' not in capsys.readouterr().out
