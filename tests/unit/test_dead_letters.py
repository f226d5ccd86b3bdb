"""Dead letters: read whatever they are, mended only into what is taken, gone only when it was taken."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from scripts.dead_letters.page import line, page
from shared.adapters.aws.sqs_dead_letters import letter
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_consumers import MemoryConsumers, MemoryStreams
from shared.adapters.local.memory_dead_letters import MemoryDeadLetters
from shared.adapters.local.memory_letterbox import MemoryLetterbox
from shared.domain.dead_letter import AGAIN, Kind, read_letter
from shared.domain.errors import CommandRefused, InvalidSignal, PortError, UnknownService
from shared.domain.service import Service, ServiceCatalogue
from shared.domain.signal import Signal, SignalKind
from shared.runtime.bus import bus_handler
from shared.runtime.stream import stream_handler
from shared.workflow.handing_in import call, check
from shared.workflow.redriving import Handed, Redriving
from tests.runtime.test_entry_points import EVENT, captured

NOW = datetime(2026, 1, 2, tzinfo=UTC)
SIGNAL = Signal(source="ssm", kind=SignalKind.CHANGE, service="web", at=NOW, key="k")
GOOD = SIGNAL.model_dump_json().encode()
ARN = "arn:aws:lambda:us-east-1:000000000000:function:{}"
TIMES = {
    "approximateArrivalOfFirstRecord": "2026-01-01T00:00:00.100Z",
    "approximateArrivalOfLastRecord": "2026-01-01T00:00:01.200Z",
}
STREAM = {
    "requestContext": {
        "requestId": "r",
        "functionArn": ARN.format("Stage-Detection"),
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 4,
    },
    "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
    "version": "1.0",
    "timestamp": "2026-01-01T00:05:00.000Z",
    "KinesisBatchInfo": {
        "shardId": "shardId-0", "startSequenceNumber": "7", "endSequenceNumber": "8", "batchSize": 2,
        "streamArn": "arn:aws:kinesis:us-east-1:000000000000:stream/signals", **TIMES,
    },
}  # fmt: skip
CALL = {
    "version": "1.0",
    "timestamp": "2026-01-01T00:05:00.000Z",
    "requestContext": {"functionArn": ARN.format("Stage-Intake:$LATEST"), "condition": "RetriesExhausted"},
    "requestPayload": {"name": "web"},
    "responsePayload": {"errorType": "PortError", "errorMessage": "throttled"},
}
RULE = {
    "RULE_ARN": "arn:aws:events:us-east-1:000000000000:rule/r",
    "TARGET_ARN": ARN.format("Stage-Intake"),
    "ERROR_CODE": "THROTTLING",
    "ERROR_MESSAGE": "Rate exceeded",
}


@dataclass
class House:
    """Functions with a queue for what they cannot take."""

    box: MemoryLetterbox = field(default_factory=lambda: MemoryLetterbox(ManualClock()))
    heard: list[Any] = field(default_factory=list)
    fails: Exception | None = None
    buried: MemoryDeadLetters = field(default_factory=MemoryDeadLetters)

    def __post_init__(self) -> None:
        detection = stream_handler("detection", lambda: self._hear, lambda: self._hear, lambda: self.buried)
        intake = bus_handler("intake", self._hear, lambda: self.buried)
        batch = [{"eventSource": "aws:kinesis", "kinesis": {"data": base64.b64encode(GOOD).decode(),
                  "sequenceNumber": number}} for number in "78"]  # fmt: skip
        self.redriving = Redriving(
            letterboxes={"stage": self.box},
            consumers=MemoryConsumers({"detection": detection, "intake": intake}),
            streams=MemoryStreams({"7": batch}),
            catalogue=MemoryCatalogue(ServiceCatalogue(services=(Service(name="web", application="shop"),))),
            houses={"Stage-Detection": "detection", "Stage-Intake": "intake", "Stage-Executor": "executor"},
        )

    def _hear(self, said: Any) -> str:
        if self.fails is not None:
            raise self.fails
        self.heard.append(said)
        return "taken"

    def reject(self, body: bytes, source: str = "detection", reason: str = "UnknownService: web") -> str:
        head = {"source": source, "reason": reason, "at": "2026-01-01T00:00:00+00:00"}
        return self.box.put(letter(head, body), {})

    def everything(self) -> list[Handed]:
        return list(self.redriving.redrive(lambda found: found))

    @property
    def bodies(self) -> list[str]:
        with self.box.held(100) as found:
            return [one.body for one in found]


@pytest.fixture
def house() -> House:
    return House()


@pytest.mark.parametrize(
    ("message", "attributes", "kind", "consumer", "reason"),
    [
        (json.dumps(STREAM), {}, Kind.STREAM, ARN.format("Stage-Detection"),
         "RetryAttemptsExhausted after 4 calls (Unhandled)"),
        (json.dumps(CALL), {}, Kind.ASYNC, ARN.format("Stage-Intake:$LATEST"),
         "RetriesExhausted PortError: throttled"),
        ('{"detail": {}}', RULE, Kind.RULE, ARN.format("Stage-Intake"), "THROTTLING: Rate exceeded"),
        (letter({"source": "anchor", "reason": "no"}, b"\xff"), {}, Kind.REJECTED, "anchor", "no"),
        ("[1", {}, Kind.UNKNOWN, "", "nobody knows what wrote this"),
        ("[" * 9_000, {}, Kind.UNKNOWN, "", "nobody knows what wrote this"),
        ('{"KinesisBatchInfo": 7}', {}, Kind.UNKNOWN, "", "nobody knows what wrote this"),
        ('{"detail": {}}', {}, Kind.UNKNOWN, "", "nobody knows what wrote this"),
    ],
)  # fmt: skip
def test_whatever_left_it_a_letter_says_for_whom_and_why(message, attributes, kind, consumer, reason) -> None:
    found = read_letter(message, attributes, NOW)
    assert (found.kind, found.consumer, found.reason) == (kind, consumer, reason)


def test_bytes_come_back_as_they_were_and_a_cut_is_said() -> None:
    assert read_letter(letter({"source": "a", "reason": ""}, b"\xff\x00"), {}, NOW).body == b"\xff\x00"
    cut = read_letter(letter({"source": "a", "reason": ""}, b"x" * 300_000), {}, NOW)
    assert (cut.cut_from, len(cut.body) < 300_000) == (300_000, True)


def test_what_is_taken_leaves_the_queue_and_a_second_delivery_is_one_more_delivery(house: House) -> None:
    house.reject(GOOD)
    house.reject(GOOD)
    assert [one.reason for one in house.everything()] == ["", ""]
    assert house.heard == [SIGNAL, SIGNAL]  # detection takes the same signal twice as it takes it once
    assert house.bodies == []


def test_what_is_refused_again_stays_with_the_new_reason_and_is_not_buried_twice(house: House) -> None:
    first = house.reject(GOOD, reason="UnknownService: nobody")
    house.fails = UnknownService("web is not in the service catalogue")
    [handed] = house.everything()
    assert (handed.id, handed.reason) == (first, "UnknownService: web is not in the service catalogue")
    [left], more = house.redriving.letters()
    assert (left.id, left.letter.reason, left.letter.body) == (handed.stays_as, handed.reason, GOOD)
    assert (left.letter.since, more) == (datetime(2026, 1, 1, tzinfo=UTC), 0)
    assert house.buried.letters == []
    house.fails = None
    assert [one.reason for one in house.everything()] == [""]


@pytest.mark.parametrize("failure", [PortError("throttled", retryable=True), RuntimeError("a bug")])
def test_what_fails_otherwise_stays_too(house: House, failure: Exception) -> None:
    house.reject(GOOD)
    house.fails = failure
    [handed] = house.everything()
    assert "its log says why" in handed.reason
    assert len(house.bodies) == 1


def test_a_batch_that_was_given_up_is_read_again_from_its_stream(house: House) -> None:
    house.box.put(json.dumps(STREAM), {})
    assert [one.reason for one in house.everything()] == [""]
    assert house.heard == [SIGNAL, SIGNAL]


def test_a_batch_that_no_stream_has_any_more_stays_and_says_so(house: House) -> None:
    gone = json.loads(json.dumps(STREAM).replace('"7"', '"1"'))
    house.box.put(json.dumps(gone), {})
    [handed] = house.everything()
    assert "keeps records for a day" in handed.reason
    assert json.loads(house.bodies[0]) == gone


def test_a_call_and_a_rules_event_go_to_their_function_as_they_were(house: House) -> None:
    house.box.put(json.dumps(CALL), {})
    house.box.put('{"detail": {"a": 1}}', RULE)
    assert [one.reason for one in house.everything()] == ["", ""]
    assert house.heard == [{"name": "web"}, {"detail": {"a": 1}}]


@pytest.mark.parametrize(
    ("name", "said"),
    [("Somebody-Elses", "is no function of this stage"), ("Stage-Executor", "executor takes no letters")],
)
def test_a_function_that_an_untrusted_letter_names_is_not_called(house: House, name: str, said: str) -> None:
    house.box.put('{"detail": {}}', RULE | {"TARGET_ARN": ARN.format(name)})
    [handed] = house.everything()
    assert said in handed.reason
    assert (house.heard, len(house.bodies)) == ([], 1)


def test_a_source_that_takes_no_letters_is_told(house: House) -> None:
    house.reject(b"{}", source="executor")
    [handed] = house.everything()
    assert "executor takes no letters" in handed.reason


def test_a_body_that_was_cut_is_not_handed_in(house: House) -> None:
    house.reject(b"x" * 300_000)
    [handed] = house.everything()
    assert "bytes were kept: `fix` it first" in handed.reason


def test_a_fixed_letter_keeps_the_original_says_who_changed_it_and_is_taken(house: House) -> None:
    old = house.reject(b'{"source": "x"')
    before = house.bodies[0]
    new = house.redriving.fix(old[:20], GOOD, "arn:ada")
    [found], _ = house.redriving.letters()
    assert (found.id, found.letter.body, found.letter.changed_by) == (new, GOOD, "arn:ada")
    assert found.letter.original == before
    assert [one.reason for one in house.everything()] == [""]
    assert house.heard == [SIGNAL]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", InvalidSignal),
        (b"\xff", InvalidSignal),
        (SIGNAL.model_copy(update={"service": "nobody"}).model_dump_json().encode(), UnknownService),
        (b'{"dynamodb": {}, "eventName": "INSERT"}', InvalidSignal),
    ],
)
def test_a_body_that_its_function_would_refuse_is_refused_and_nothing_changes(
    house: House, body: bytes, error: type[Exception]
) -> None:
    old = house.reject(b"{")
    before = house.bodies
    with pytest.raises(error):
        house.redriving.fix(old, body, "arn:ada")
    assert house.bodies == before


@pytest.mark.parametrize("consumer", ["detection", "diagnosis", "communication", "coordinator"])
def test_an_event_of_the_log_mends_a_letter_of_whoever_hears_events(house: House, consumer: str) -> None:
    old = house.reject(b"{", source=consumer)
    everybody = {"a": consumer, "b": "detection"}
    redriving = Redriving(
        house.redriving.letterboxes, house.redriving.consumers, house.redriving.streams,
        house.redriving.catalogue, everybody,
    )  # fmt: skip
    redriving.fix(old, captured(EVENT), "ada")
    with pytest.raises(InvalidSignal):
        redriving.fix(redriving.letters()[0][0].id, b'{"a": 1}', "ada")


def test_a_call_that_never_came_is_handed_in_as_the_call_that_it_is() -> None:
    wake = {"wake": {"incident_id": "INC-1", "version": 7}}
    body = json.dumps(wake).encode()
    check("communication", body, ServiceCatalogue(services=()))
    assert call("communication", body) == {**wake, AGAIN: True}
    assert "Records" in call("diagnosis", body)
    with pytest.raises(InvalidSignal, match="no call to wake"):
        check("communication", b'{"wake": 7}', ServiceCatalogue(services=()))


def test_a_pointer_has_no_body_to_fix(house: House) -> None:
    made = house.box.put(json.dumps(STREAM), {})
    with pytest.raises(CommandRefused, match="no body to replace"):
        house.redriving.fix(made, GOOD, "ada")


def test_an_id_that_names_none_or_two_names_nothing(house: House) -> None:
    house.reject(GOOD)
    house.reject(GOOD)
    choose: Callable[[str], Any] = house.redriving.one
    for id_ in ("", "nobody", house.redriving.letters()[0][0].id[:5]):
        with pytest.raises(CommandRefused, match="letters that were opened"):
            choose(id_)
    assert len(house.bodies) == 2


def test_there_is_more_than_was_opened(house: House) -> None:
    for _ in range(5):
        house.reject(GOOD)
    found, more = house.redriving.letters(3)
    assert (len(found), more) == (3, 2)


def test_what_somebody_wrote_in_a_letter_is_harmless_to_read(house: House) -> None:
    house.reject("\x1b[31mred\u202e\nnext".encode(), reason="bad\x1b]0;title\x07\nline")
    [found], _ = house.redriving.letters()
    shown = [line(found), *page(found)]
    assert not any(one in text for text in shown for one in ("\x1b", "\u202e", "\x07", "\n"))
    assert shown[-1] == "next"
