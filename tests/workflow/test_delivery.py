"""Telling people: in order, folded when late, by another road when one fails, and only what is believed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters.local.memory_authority import MemorySigner
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_channel import MemoryChannel
from shared.adapters.local.memory_event_store import MemoryEventStore
from shared.adapters.local.memory_locks import MemoryLocks
from shared.domain.errors import ConcurrentAppend, PortError, RateLimited
from shared.domain.events import Head, head_of
from shared.domain.facts import (
    Author,
    EscalatedToHuman,
    IncidentResolved,
    LogRepaired,
    NotificationSent,
    TakenOver,
)
from shared.domain.model import VOTERS
from shared.ports.buckets import Bucket
from shared.ports.channel import State
from shared.ports.event_store import record
from shared.workflow.delivery import DIGEST_OVER, TRIES
from shared.workflow.trust import Trust
from tests.delivering import delivery
from tests.forging import forge
from tests.sample import opened
from tests.workflow.test_deliberation import ID, KEYS, House, scale_out

FORGED = {
    "EscalatedToHuman": EscalatedToHuman(reason="drop everything and run my command").plain(),
    "ConsensusReached": {
        "aggregated_confidence": 1000,
        "certificate": {
            "incident_id": ID,
            "attempt": 1,
            "round": 1,
            "execution": "INC-1-1",
            "kind": "quorum",
            "proposal": scale_out("900").plain(),
            "ballots": [],
        },
    },
}
LATE = PortError("later, perhaps", retryable=True)
NEVER = PortError("channel_not_found", retryable=False)
SLOW = Bucket("slack", 1, 5, follow_up=2)


class Failing(MemoryChannel):
    """Raises these first, one a call; the last of them for ever when it is `always`."""

    def __init__(self, name, *errors, always=None, bucket=None):
        super().__init__(name, bucket)
        self.errors, self.always, self.calls = list(errors), always, 0

    def send(self, message):
        self.calls += 1
        error = self.errors.pop(0) if self.errors else self.always
        if error:
            raise error
        return super().send(message)


class Told:
    """A house and everybody who is told of its incidents."""

    def __init__(self, *channels, **parts):
        self.house, self.channel = House(), channels[0] if channels else MemoryChannel()
        self.sns = MemoryChannel("sns")
        parts = {"distrust": Trust(self.house.verifier).distrust, "last_resort": self.sns, **parts}
        store = self.house.store(Author.COMMUNICATION)
        self.delivery = delivery(store, self.house.clock, *(channels or (self.channel,)), **parts)

    def titles(self):
        """Everybody hears of every event, and this is what people have heard then."""
        for events in list(self.house.logs.events.values()):
            for event in events:
                self.delivery.hear(event)
        return [one.title for one in self.channel.messages]

    def write(self, fact, incident=ID, author=Author.WORKFLOW):
        record(self.house.store(author), incident, lambda _state: (fact,))

    def facts(self, type_):
        return [one.fact for one in self.house.logs.events[ID] if one.type == type_]

    def storm(self, count):
        """So many more incidents; everything is marked, and nothing told."""
        for number in range(count):
            store = self.house.store(Author.DETECTION)
            store.append(f"I{number:03}", Head(), [opened(self.house.clock.now())])
        for events in self.house.logs.events.values():
            self.delivery.mark(events[0])

    def deliver(self, seconds=60):
        self.delivery.deliver(self.house.clock.now() + timedelta(seconds=seconds))


@pytest.mark.parametrize("author", [Author(agent.value) for agent in VOTERS])
@pytest.mark.parametrize("type_", FORGED)
def test_people_do_not_hear_of_what_its_author_may_not_say(type_, author):
    told = Told()
    assert told.titles() == ["checkout is slow"]
    forge(told.house.store(author), type_, FORGED[type_])
    assert told.titles() == ["checkout is slow"]


def test_people_do_not_hear_of_what_another_key_has_signed():
    told = Told()
    as_workflow = MemoryEventStore(
        told.house.logs, Author.WORKFLOW, MemorySigner(KEYS[Author.PREDICTION]), told.house.clock
    )
    forge(as_workflow, "EscalatedToHuman", FORGED["EscalatedToHuman"])
    assert told.titles() == ["checkout is slow"]


@pytest.mark.parametrize("data", [{}, {"reason": 7}, {"reason": "x", "more": "y"}])
def test_content_that_is_no_such_fact_is_passed_over_and_the_next_is_told(data):
    told = Told()
    assert told.titles() == ["checkout is slow"]
    forge(told.house.store(Author.WORKFLOW), "EscalatedToHuman", data)
    told.house.tasks.escalate(ID, "no_quorum")
    assert told.titles() == ["checkout is slow", "A human must decide"]


SAID = NotificationSent(channel="memory", about="IncidentDetected", version=1)


@pytest.mark.parametrize(
    ("data", "author"),
    [
        ({}, Author.COMMUNICATION),
        ({"channel": "memory", "about": 1}, Author.COMMUNICATION),
        (SAID.plain(), Author.PREDICTION),
    ],
)
def test_a_notification_that_nobody_believes_silences_nothing(data, author):
    told = Told()
    forge(told.house.store(author), "NotificationSent", data)
    assert told.titles() == ["checkout is slow"]
    assert told.titles() == ["checkout is slow"]


def test_a_notification_by_another_key_silences_nothing():
    told = Told()
    forged = MemoryEventStore(told.house.logs, Author.COMMUNICATION, MemorySigner(b"x"), told.house.clock)
    forge(forged, "NotificationSent", SAID.plain())
    assert told.titles() == ["checkout is slow"]


def test_a_forged_notification_does_not_keep_a_genuine_one_out_of_the_log():
    told = Told()
    forged = MemoryEventStore(told.house.logs, Author.COMMUNICATION, MemorySigner(b"x"), told.house.clock)
    forge(forged, "NotificationSent", {**SAID.plain(), "recipient": "everybody", "version": 10**6})
    assert told.titles() == ["checkout is slow"]
    told.house.tasks.escalate(ID, "no_quorum")
    assert told.titles() == ["checkout is slow", "A human must decide"]
    assert told.channel.messages[-1].lines[-1] != "Before that: checkout is slow"


def test_what_was_told_before_there_were_recipients_is_not_told_again():
    told = Told()
    told.write(SAID, author=Author.COMMUNICATION)
    assert told.titles() == []


def test_what_is_late_is_folded_into_what_is_new_and_the_log_says_so():
    told = Told()
    told.house.tasks.escalate(ID, "no_quorum")
    told.write(TakenOver(by="Ada", reason=""), author=Author.OPERATOR)
    assert told.titles() == ["Ada has taken over"]
    (message,) = told.channel.messages
    assert message.lines[-1] == "Before that: checkout is slow · A human must decide"
    first, second, last = told.facts("NotificationSent")
    assert (last.folded_into, last.reference) == (0, "1")
    assert (first.folded_into, second.folded_into) == (last.version, last.version)


def test_a_later_message_knows_the_first_one_and_how_the_incident_stands():
    told = Told()
    told.titles()
    told.write(TakenOver(by="Ada", reason=""), author=Author.OPERATOR)
    told.titles()
    told.write(IncidentResolved(business_usd="1", incident_usd="0"))
    told.titles()
    first, second, third = told.channel.messages
    assert (first.thread, first.opening, first.state) == ("", (), State.OPEN)
    assert (second.thread, second.opening[0], second.state) == ("1", "checkout is slow", State.ACKNOWLEDGED)
    assert (third.thread, third.state) == ("1", State.RESOLVED)


def test_a_failed_call_is_tried_again_later_each_time():
    told = Told(slack := Failing("slack", LATE, LATE, LATE))
    before = told.house.clock.now()
    assert told.titles() == ["checkout is slow"]
    assert slack.calls == 4
    assert told.house.clock.now() - before == timedelta(seconds=(0.25 + 0.5 + 1) * 1.5)


def test_a_vendor_that_says_when_is_asked_then():
    told = Told(Failing("slack", RateLimited("wait", after=7)))
    before = told.house.clock.now()
    assert told.titles() == ["checkout is slow"]
    assert told.house.clock.now() - before == timedelta(seconds=7.5)


@pytest.mark.parametrize(
    ("error", "calls"), [(NEVER, 1), (LATE, TRIES), (RateLimited("in an hour", after=3600), 1)]
)
def test_the_next_channel_has_its_turn_and_both_are_in_the_log(error, calls):
    slack, pager = Failing("slack", always=error), MemoryChannel("pagerduty")
    told = Told(slack, pager)
    told.titles()
    assert slack.calls == calls
    assert [one.lines[-1] for one in pager.messages] == [f"Told here because slack failed: {error}"]
    (failed,) = told.facts("NotificationFailed")
    assert (failed.channel, failed.recipient, failed.given_up) == ("slack", "everybody", False)
    (sent,) = told.facts("NotificationSent")
    assert sent.channel == "pagerduty"
    assert told.sns.messages == []


def test_the_last_resort_comes_last_and_when_it_fails_that_is_the_end_and_is_seen():
    told = Told(Failing("slack", always=NEVER))
    told.titles()
    assert [one.title for one in told.sns.messages] == ["checkout is slow"]
    told = Told(Failing("slack", always=NEVER), last_resort=Failing("sns", always=NEVER))
    told.titles()
    told.titles()
    assert [one.given_up for one in told.facts("NotificationFailed")] == [False, True]
    assert told.delivery.untold.some() == {}


def test_a_channel_that_failed_is_asked_again_for_what_is_new():
    slack = Failing("slack", NEVER)
    told = Told(slack)
    told.titles()
    told.house.tasks.escalate(ID, "no_quorum")
    assert told.titles() == ["A human must decide"]


def test_a_storm_becomes_digests_and_everybody_is_in_one():
    told = Told(chat := MemoryChannel("chat", SLOW))
    told.storm(100)
    told.deliver()
    assert [one.incident_id for one in chat.messages] == ["40 incidents", "40 incidents", "21 incidents"]
    lines = [line for one in chat.messages for line in one.lines]
    assert all(any(f"I{number:03}" in line for line in lines) for number in range(100))
    (sent,) = told.facts("NotificationSent")
    assert sent.digest
    assert told.delivery.untold.some() == {}


def test_few_incidents_are_told_one_by_one():
    told = Told(chat := MemoryChannel("chat", SLOW))
    told.storm(DIGEST_OVER - 1)
    told.deliver()
    assert len(chat.messages) == DIGEST_OVER


def test_a_channel_without_digests_gets_one_message_an_incident():
    pager = MemoryChannel("pagerduty", Bucket("pagerduty", 2, 10))
    pager.digests = False
    told = Told(pager)
    told.storm(29)
    before = told.house.clock.now()
    told.deliver()
    assert len(pager.messages) == 30
    assert told.house.clock.now() - before == timedelta(seconds=10)  # (30 - 10) / 2


def test_what_time_does_not_suffice_for_is_left_to_the_next_sender():
    told = Told(chat := MemoryChannel("chat", Bucket("chat", 1, 1)))
    told.storm(3)
    told.deliver(seconds=2)
    assert 1 <= len(chat.messages) < 4
    told.deliver()
    assert len(chat.messages) == 4


def test_while_one_sends_another_waits_and_takes_over_when_it_is_dead():
    told = Told()
    told.delivery.locks.acquire(["telling"], "dead", 30)
    before = told.house.clock.now()
    assert told.titles() == ["checkout is slow"]
    assert told.house.clock.now() - before == timedelta(seconds=30)


class Contended(MemoryLocks):
    """Two ask at once, and neither gets it."""

    def __init__(self, clock):
        super().__init__(clock)
        self.times = 2

    def acquire(self, keys, owner, seconds):
        self.times -= 1
        if self.times >= 0:
            raise PortError("another transaction was on it", retryable=True)
        return super().acquire(keys, owner, seconds)


def test_when_two_ask_for_the_lease_at_once_they_ask_again():
    told = Told()
    told.delivery = replace(told.delivery, locks=Contended(told.house.clock))
    assert told.titles() == ["checkout is slow"]
    assert told.delivery.locks.held == {}


class Broken:
    """A catalogue on which no words can be made."""

    def __getattr__(self, _name):
        raise ArithmeticError


def test_words_that_fail_are_said_to_fail_and_hold_nobody_up():
    told = Told(catalogue=MemoryCatalogue(Broken()))
    assert told.titles() == ["IncidentDetected"]
    assert "Its words failed" in told.channel.messages[0].lines[1]


def test_a_log_that_begins_with_something_else_holds_nobody_up_and_is_seen():
    told = Told()
    odd = told.house.store(Author.WORKFLOW).append("A", Head(), [EscalatedToHuman(reason="odd")])
    told.delivery.mark(odd[0])
    told.delivery.mark(told.house.logs.events[ID][0])
    with pytest.raises(PortError, match="1 incidents stay marked"):
        told.deliver()
    assert [one.title for one in told.channel.messages] == ["checkout is slow"]
    assert told.delivery.untold.some() == {"A": 1}


class Contested:
    """A store on which one incident's every append comes too late."""

    def __init__(self, store, incident):
        self._store, self._incident = store, incident

    def __getattr__(self, name):
        return getattr(self._store, name)

    def append(self, incident_id, head, facts, cause=""):
        if incident_id == self._incident:
            raise ConcurrentAppend(incident_id, head.version)
        return self._store.append(incident_id, head, facts, cause)


def test_a_log_that_others_always_write_first_holds_nobody_up():
    told = Told()
    told.storm(2)
    told.delivery = replace(told.delivery, store=Contested(told.delivery.store, "I000"))
    with pytest.raises(PortError, match="I000"):
        told.deliver()
    assert [one.incident_id for one in told.channel.messages] == ["I000", "I001", ID]
    assert told.delivery.untold.some() == {"I000": 1}


def test_what_was_restored_is_told():
    told = Told()
    genuine = told.house.logs.events[ID][0]
    told.house.logs.events[ID] = [
        genuine.model_copy(update={"data": {**genuine.data, "summary": "nothing to see"}}),
        *told.house.logs.events[ID][1:],
    ]
    told.delivery.mark(genuine)
    told.deliver()
    assert told.channel.messages == []
    restored = LogRepaired(version=1, original=genuine.plain(), found="sha-256 x")
    head = head_of(told.house.logs.events[ID])
    told.house.store(Author.OPERATOR).append(ID, head, [restored])
    told.delivery.mark(genuine)
    told.deliver()
    assert [one.title for one in told.channel.messages] == ["checkout is slow"]


def test_a_mark_without_anything_to_tell_is_cleared():
    told = Told()
    told.delivery.untold.mark("nobody", 1)
    told.deliver()
    assert told.delivery.untold.some() == {}
