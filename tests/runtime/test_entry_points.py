"""The entry points: a bad record is buried with its reason, a failed one is tried again, the rest goes on."""

import base64
import json
from datetime import UTC, datetime

import pytest

from shared.adapters.local.memory_dead_letters import MemoryDeadLetters
from shared.domain.errors import AccessDenied, CommandRefused, PortError, UnknownService
from shared.domain.events import Event
from shared.domain.facts import Author
from shared.domain.service import ServiceCatalogue
from shared.domain.signal import Signal, SignalKind
from shared.runtime.bus import bus_handler
from shared.runtime.stream import stream_handler
from shared.runtime.task import task_handler
from shared.workflow.intake import to_signal

NOW = datetime(2026, 11, 23, tzinfo=UTC)
EVENT = Event(
    event_id="E1",
    incident_id="INC-1",
    version=1,
    type="VoteOpened",
    occurred_at=NOW,
    recorded_by=Author.WORKFLOW,
    correlation_id="INC-1",
    data={},
    previous_hash="0",
)
SIGNAL = Signal(source="cloudwatch", kind=SignalKind.ALARM, service="web", at=NOW, key="k")


def captured(event=EVENT):
    """What change capture puts on the stream for an event."""
    return json.dumps({"eventName": "INSERT", "dynamodb": {"NewImage": image(event)}}).encode()


def image(event):
    """The item of an event."""
    item = {"pk": f"INCIDENT#{event.incident_id}", "sk": f"EVENT#{event.version:012d}"}
    return {name: {"S": one} for name, one in {**item, "body": event.model_dump_json()}.items()}


def kinesis(*bodies):
    """A batch as the mapping delivers it."""
    return {
        "Records": [
            {
                "eventSource": "aws:kinesis",
                "kinesis": {"data": base64.b64encode(body).decode(), "sequenceNumber": str(number)},
            }
            for number, body in enumerate(bodies)
        ]
    }


class Function:
    """A function with both ears, and what came of a batch."""

    def __init__(self, fails=None):
        self.letters, self.events, self.signals, self.fails = MemoryDeadLetters(), [], [], fails or {}
        self.handler = stream_handler("here", lambda: self.event, lambda: self.signal, lambda: self.letters)

    def event(self, event):
        self.events.append(event)

    def signal(self, signal):
        if signal.key in self.fails:
            raise self.fails[signal.key]
        self.signals.append(signal)

    def run(self, *bodies):
        answer = self.handler(kinesis(*bodies), None)
        return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def signal(key):
    return SIGNAL.model_copy(update={"key": key}).model_dump_json().encode()


def test_events_and_signals_reach_their_own_ears():
    function = Function()
    assert function.run(captured(), signal("k")) == []
    assert (function.events, function.signals) == ([EVENT], [SIGNAL])


@pytest.mark.parametrize(
    "poison", [b"", b"{", b"\xff", b"[]", b'{"eventName": 1, "dynamodb": 2}', b"[" * 9_000]
)
def test_a_poison_record_is_buried_and_the_rest_goes_on(poison):
    function = Function()
    assert function.run(signal("a"), poison, signal("b")) == []
    assert [one.key for one in function.signals] == ["a", "b"]
    [letter] = function.letters.letters
    assert letter.body == poison
    assert "malformed" in letter.reason


@pytest.mark.parametrize(
    "refusal", [UnknownService("nobody"), AccessDenied("not authorized"), CommandRefused("no")]
)
def test_what_is_refused_for_good_is_buried_by_name(refusal):
    function = Function({"bad": refusal})
    assert function.run(signal("bad"), signal("good")) == []
    assert function.letters.letters[0].reason == f"{type(refusal).__name__}: {refusal}"
    assert [one.key for one in function.signals] == ["good"]


@pytest.mark.parametrize("failure", [PortError("throttled", retryable=True), RuntimeError("a bug")])
def test_what_may_succeed_later_is_reported_alone(failure):
    function = Function({"bad": failure})
    assert function.run(signal("good"), signal("bad")) == ["1"]
    assert function.letters.letters == []


def test_nothing_is_made_before_the_first_record():
    def never():
        raise AssertionError

    stream_handler("here", never, never, never)
    bus_handler("here", lambda event: "", never)
    task_handler(never)


def test_a_table_stream_carries_the_same_events():
    heard = []
    handler = stream_handler("here", lambda: heard.append, None, MemoryDeadLetters)
    record = {
        "eventSource": "aws:dynamodb",
        "eventName": "INSERT",
        "dynamodb": {"NewImage": image(EVENT), "SequenceNumber": "7"},
    }
    assert handler({"Records": [record]}, None) == {"batchItemFailures": []}
    assert heard == [EVENT]


def test_a_bus_event_is_buried_or_tried_again():
    letters = MemoryDeadLetters()

    def react(event):
        raise event["error"]

    handler = bus_handler("here", lambda event: react({"error": UnknownService("nobody")}), lambda: letters)
    handler({"a": 1}, None)
    assert json.loads(letters.letters[0].body) == {"a": 1}
    again = bus_handler(
        "here", lambda event: react({"error": PortError("x", retryable=True)}), lambda: letters
    )
    with pytest.raises(PortError):
        again({}, None)


def test_a_task_fails_under_its_own_name():
    def denied(payload):
        raise AccessDenied(payload["incident_id"])

    handler = task_handler(lambda: {"close": lambda payload: {"outcome": "resolved"}, "open": denied})
    assert handler({"task": "close"}, None) == {"outcome": "resolved"}
    with pytest.raises(AccessDenied, match="INC-1"):
        handler({"task": "open", "incident_id": "INC-1"}, None)
    with pytest.raises(CommandRefused):
        handler({"task": "rm -rf"}, None)


HALF = "latency is high \ud83d"
"""A reason that was cut in the middle of an emoji."""


def test_half_a_character_on_the_bus_is_a_dead_letter_with_its_reason():
    letters = MemoryDeadLetters()

    def react(event):
        return to_signal(event, ServiceCatalogue(services=())).kind.value

    bus_handler("here", react, lambda: letters)({"detail": {"state": {"reason": HALF}}}, None)
    [letter] = letters.letters
    assert letter.reason == "InvalidSignal: malformed: \\ud83d is half a character (a lone surrogate)"
    assert json.loads(letter.body)["detail"]["state"]["reason"] == HALF


def test_half_a_character_in_a_record_is_buried_and_the_rest_goes_on():
    function = Function()
    odd = json.dumps({**SIGNAL.plain(), "text": HALF}).encode()
    changed = json.loads(captured())
    changed["dynamodb"]["NewImage"]["body"]["S"] = json.dumps({**EVENT.plain(), "data": {"reason": HALF}})
    assert function.run(signal("a"), odd, json.dumps(changed).encode(), signal("b")) == []
    assert [one.key for one in function.signals] == ["a", "b"]
    assert all("malformed" in one.reason for one in function.letters.letters)
    assert len(function.letters.letters) == 2
