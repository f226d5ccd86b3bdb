"""People of the directory: each hears of what is theirs, by their roads, when they may be disturbed."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from shared.adapters.local.memory_channel import MemoryChannel
from shared.domain.directory import Directory, Level, Rotation, Team
from shared.domain.errors import PortError
from shared.domain.events import Head
from shared.domain.facts import (
    Acknowledged,
    AcknowledgementExpired,
    ApprovalRequested,
    Author,
    EscalatedToHuman,
    HandedOn,
    HandedToPeople,
    IncidentReopened,
    IncidentResolved,
    LevelCalled,
    NotificationSent,
    ResolvedByPeople,
    SeverityChanged,
    TakenOver,
)
from shared.domain.local_time import Quiet
from shared.domain.person import Role
from shared.ports.channel import State
from shared.ports.wakes import Wake
from shared.workflow.audience import NOBODY_LEFT
from tests.people_sample import person
from tests.sample import NOON, opened, scale_out
from tests.workflow.test_delivery import ID, NEVER, Failing, Told

MINUTE = timedelta(minutes=1)


def team(*levels, rotations=()):
    return {
        "rotations": rotations,
        "teams": (Team(id="shop", applications=("shop",), levels=levels),),
    }


class People(Told):
    """Everybody of a directory has a channel of their own; time passes as schedules are called."""

    def __init__(self, *people, severity="critical", channels=None, **rest):
        self.of = {one.id: MemoryChannel(f"memory:{one.id}") for one in people} | (channels or {})
        super().__init__(
            directory=Directory(people=people, **rest).validated(), roads=lambda one: (self.of[one.id],)
        )
        self.house.logs.events.clear()
        clock = self.house.clock
        noon = clock.now().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
        clock.advance(noon - clock.now())
        fact = opened(noon).model_copy(update={"severity": severity})
        self.house.store(Author.DETECTION).append(ID, Head(), [fact])

    def heard(self, who):
        return [one.title for one in self.of[who].messages]

    def tell(self):
        for event in self.house.logs.events[ID]:
            self.delivery.mark(event)
        self.deliver()

    def after(self, minutes):
        """Every call that was asked for by then comes at its time."""
        end = self.house.clock.now() + minutes * MINUTE
        while calls := [at for _, at in self.delivery.wakes.asked if at <= end]:
            self.house.clock.advance(max(min(calls) - self.house.clock.now(), timedelta()))
            for wake in self.delivery.wakes.due(self.house.clock.now()):
                self.delivery.wake(wake)
            self.deliver()
        self.house.clock.advance(max(end - self.house.clock.now(), timedelta()))


def test_each_hears_of_what_their_role_is_for_and_the_stage_of_everything():
    told = People(
        person("cy", Role.INCIDENT_LEAD), person("di", Role.STAKEHOLDER), person("ed", Role.EXECUTIVE)
    )
    told.tell()
    told.write(TakenOver(by="ada", reason=""), author=Author.OPERATOR)
    told.write(Acknowledged(by="bo", through="slack"), author=Author.RECEPTION)
    told.tell()
    everything = ["checkout is slow", "bo has seen it"]
    assert [one.title for one in told.channel.messages] == told.heard("cy") == everything
    assert told.heard("di") == told.heard("ed") == ["checkout is slow", "ada has taken over"]


def test_who_is_not_an_executive_hears_of_what_is_not_critical_too():
    told = People(person("di", Role.STAKEHOLDER), person("ed", Role.EXECUTIVE), severity="high")
    told.tell()
    assert (told.heard("di"), told.heard("ed")) == (["checkout is slow"], [])


def graded(severity):
    return SeverityChanged(severity=severity, by="ada", reason="as the shops say")


def test_who_heard_that_it_is_critical_hears_that_it_is_not_and_how_it_ends():
    told = People(person("ed", Role.EXECUTIVE))
    told.tell()
    for fact, author in (
        (graded("high"), Author.OPERATOR),
        (IncidentResolved(business_usd="1", incident_usd="1"), Author.WORKFLOW),
    ):
        told.write(fact, author=author)
        told.tell()
    assert told.heard("ed") == ["checkout is slow", "It is graded high now", "Resolved"]


def test_what_becomes_critical_reaches_executives_and_whoever_was_not_to_be_disturbed():
    told = People(
        person("ed", Role.EXECUTIVE), person("cy", Role.INCIDENT_LEAD, "UTC", LUNCH), severity="high"
    )
    told.tell()
    assert (told.heard("ed"), told.heard("cy")) == ([], [])
    told.write(graded("critical"), author=Author.OPERATOR)
    told.tell()
    assert told.heard("ed") == told.heard("cy") == ["It is graded critical now"]


def test_each_is_told_by_their_own_road_and_by_the_last_resort_when_it_fails():
    lead, owner = person("cy", Role.INCIDENT_LEAD), person("di", Role.STAKEHOLDER)
    told = People(lead, owner, channels={"cy": Failing("memory:cy", always=NEVER)})
    told.tell()
    assert told.heard("di") == [one.title for one in told.sns.messages] == ["checkout is slow"]
    assert {one.recipient for one in told.facts("NotificationSent")} == {"everybody", "cy", "di"}


LUNCH = Quiet(begins=time(11), ends=time(13, 30))  # the incident begins at noon


def test_what_is_not_critical_waits_until_they_may_be_disturbed_and_says_so_when_it_comes():
    told = People(person("cy", Role.INCIDENT_LEAD, "UTC", LUNCH), severity="high")
    told.tell()
    assert told.heard("cy") == []
    assert told.delivery.untold.some() == {}  # nobody looks at it every minute meanwhile
    told.after(89)
    assert told.heard("cy") == []
    told.after(2)
    assert told.heard("cy") == ["checkout is slow"]
    (message,) = told.of["cy"].messages
    day = f"{told.house.logs.events[ID][0].occurred_at:%a}"
    assert message.lines[-1] == f"Held back while you were not to be disturbed; it began at {day} 12:00 UTC."
    assert [one.title for one in told.channel.messages] == ["checkout is slow"]


def test_what_was_held_back_makes_sense_when_it_arrives():
    told = People(person("cy", Role.INCIDENT_LEAD, "UTC", LUNCH), severity="high")
    told.tell()
    told.write(IncidentResolved(business_usd="1", incident_usd="0"))
    told.tell()
    told.after(100)
    (message,) = told.of["cy"].messages
    assert message.title == "Resolved"
    assert "Before that: checkout is slow" in message.lines


def test_what_is_critical_gets_through():
    told = People(person("cy", Role.INCIDENT_LEAD, "UTC", LUNCH))
    told.tell()
    assert told.heard("cy") == ["checkout is slow"]


def test_what_is_told_already_is_not_told_again_when_a_call_comes_twice():
    told = People(person("cy", Role.INCIDENT_LEAD, "UTC", LUNCH), severity="high")
    told.tell()
    told.after(100)
    told.delivery.wake(Wake(incident_id=ID, version=1))
    told.deliver()
    assert told.heard("cy") == ["checkout is slow"]


ADA, BO, CY = person("ada", Role.ON_CALL), person("bo", Role.ON_CALL), person("cy", Role.ON_CALL)
LEVELS = (Level(people=("ada",), minutes=5), Level(people=("bo",), minutes=10), Level(people=("cy",)))


def test_when_nobody_acknowledges_the_next_level_is_called_and_at_the_end_the_last_resort():
    told = People(ADA, BO, CY, **team(*LEVELS))
    told.tell()
    assert (told.heard("ada"), told.heard("bo"), told.heard("cy")) == (["checkout is slow"], [], [])
    told.after(5)
    second = "Nobody has answered: level 2 of shop is called"
    assert told.heard("bo") == [second]
    assert "Before that: checkout is slow" in told.of["bo"].messages[0].lines
    assert told.heard("ada") == ["checkout is slow", second]
    told.after(10)
    assert told.heard("cy")[-1] == "Nobody has answered: level 3 of shop is called"
    told.after(5)
    assert [one.title for one in told.sns.messages] == ["Nobody has answered, and nobody is left to call"]
    assert [(one.level, one.people) for one in told.facts("LevelCalled")] == [
        (2, ("bo",)),
        (3, ("cy",)),
        (4, ()),
    ]
    assert told.facts("NotificationSent")[-1].recipient == NOBODY_LEFT
    assert told.delivery.wakes.asked == {}


@pytest.mark.parametrize(
    ("fact", "author"),
    [
        (Acknowledged(by="ada", through="pagerduty"), Author.RECEPTION),
        (TakenOver(by="ada"), Author.OPERATOR),
        (IncidentResolved(business_usd="1", incident_usd="0"), Author.WORKFLOW),
    ],
)
def test_once_somebody_has_it_or_it_is_over_nobody_else_is_called(fact, author):
    told = People(ADA, BO, CY, **team(*LEVELS))
    told.tell()
    told.after(3)
    told.write(fact, author=author)
    told.tell()
    told.after(60)
    assert told.heard("bo") == []
    assert told.facts("LevelCalled") == []


def left(told):
    """The machine leaves it to people."""
    told.write(EscalatedToHuman(reason="no_quorum"))
    handed = HandedToPeople(outcome="escalated", decision="human", business_usd="1", incident_usd="0")
    told.write(handed, author=Author.WORKFLOW)


def test_an_acknowledgement_that_times_out_calls_the_next_level_again():
    told = People(ADA, BO, CY, **team(*LEVELS))
    left(told)
    told.write(Acknowledged(by="ada", through="pagerduty"), author=Author.RECEPTION)
    told.tell()
    told.after(30)
    assert told.heard("bo") == []
    told.write(AcknowledgementExpired(through="pagerduty"), author=Author.RECEPTION)
    told.tell()
    assert told.heard("ada")[-1] == "Nobody has come back to it"
    told.after(5)
    assert told.heard("bo")[-1] == "Nobody has answered: level 2 of shop is called"


def test_who_has_taken_it_is_not_called_again_by_a_page_that_timed_out_elsewhere():
    told = People(ADA, BO, CY, **team(*LEVELS))
    left(told)
    told.write(TakenOver(by="ada"), author=Author.RECEPTION)
    told.write(AcknowledgementExpired(through="pagerduty"), author=Author.RECEPTION)
    told.tell()
    told.after(60)
    assert told.heard("bo") == []


def test_who_is_given_it_is_called_whatever_they_are_concerned_with_and_then_their_levels():
    levels = (Level(people=("cy",), minutes=5), Level(people=("bo",)))
    teams = (
        Team(id="shop", applications=("shop",), levels=LEVELS[:1]),
        Team(id="payments", applications=("pay",), levels=levels),
    )
    told = People(ADA, BO, CY, teams=teams)
    left(told)
    told.write(TakenOver(by="ada"), author=Author.RECEPTION)
    told.tell()
    told.write(HandedOn(to="payments", team=True, by="ada"), author=Author.RECEPTION)
    told.tell()
    assert told.heard("cy")[-1] == "ada hands it on to the team payments"
    told.after(5)
    assert told.heard("bo")[-1] == "Nobody has answered: level 2 of payments is called"
    told.write(HandedOn(to="bo", by="cy"), author=Author.RECEPTION)
    told.write(TakenOver(by="bo"), author=Author.RECEPTION)
    told.tell()
    told.after(60)
    assert [(one.team, one.level) for one in told.facts("LevelCalled")] == [("payments", 2)]


@pytest.mark.parametrize("again", [IncidentReopened(by="ada"), HandedOn(to="ada", by="cy")])
def test_what_is_reopened_or_given_to_who_does_not_answer_calls_again(again):
    told = People(ADA, BO, CY, **team(*LEVELS))
    left(told)
    told.write(TakenOver(by="cy"), author=Author.RECEPTION)
    if isinstance(again, IncidentReopened):
        told.write(ResolvedByPeople(by="cy", did="it"), author=Author.RECEPTION)
    told.tell()
    told.after(60)
    assert told.facts("LevelCalled") == []
    told.write(again, author=Author.RECEPTION)
    told.tell()
    told.after(5)
    assert [one.level for one in told.facts("LevelCalled")] == [2]


def test_what_people_are_needed_for_anew_calls_anew():
    told = People(ADA, BO, CY, **team(*LEVELS))
    told.tell()
    told.write(Acknowledged(by="ada", through="slack"), author=Author.RECEPTION)
    told.write(EscalatedToHuman(reason="no_quorum"))
    told.tell()
    escalated = next(one for one in told.house.logs.events[ID] if one.type == "EscalatedToHuman")
    told.after(5)
    (called,) = told.facts("LevelCalled")
    assert (called.level, called.since) == (2, escalated.occurred_at)


def test_when_people_are_asked_anew_the_last_resort_waits_for_the_last_level_anew():
    told = People(ADA, BO, **team(Level(people=("ada",), minutes=5), Level(people=("bo",), minutes=5)))
    told.tell()
    told.after(10)
    nobody = "Nobody has answered, and nobody is left to call"
    assert [one.title for one in told.sns.messages] == [nobody]
    told.write(EscalatedToHuman(reason="no_quorum"))
    told.tell()
    told.after(5)
    assert [one.title for one in told.sns.messages] == [nobody]  # level 2 was called just now
    told.after(5)
    assert [one.title for one in told.sns.messages] == [nobody, nobody]


TURNS = Rotation(id="turns", people=("ada", "bo"), first=NOON.date(), days=1, handover=time(12, 30))


def test_what_nobody_has_answered_is_told_to_who_has_the_next_shift():
    told = People(ADA, BO, rotations=(TURNS,), teams=team(Level(people=("turns",), minutes=1440))["teams"])
    told.tell()
    before, after = ("bo", "ada") if told.heard("bo") else ("ada", "bo")
    assert (told.heard(before), told.heard(after)) == (["checkout is slow"], [])
    told.after(31)
    assert told.heard(after) == ["checkout is slow"]
    assert told.heard(before) == ["checkout is slow"]


def test_whose_shift_is_over_hears_that_somebody_has_it_and_that_it_is_over_but_nothing_else():
    """Their page would stay open, and call them, when nobody closed it."""
    told = People(ADA, BO, rotations=(TURNS,), teams=team(Level(people=("turns",), minutes=1440))["teams"])
    told.tell()
    before, after = ("bo", "ada") if told.heard("bo") else ("ada", "bo")
    told.after(31)
    for fact, author in (
        (graded("high"), Author.OPERATOR),
        (Acknowledged(by=after, through="pagerduty"), Author.RECEPTION),
        (EscalatedToHuman(reason="no_quorum"), Author.WORKFLOW),
        (IncidentResolved(business_usd="1", incident_usd="0"), Author.WORKFLOW),
    ):
        told.write(fact, author=author)
        told.tell()
    assert told.heard(before) == ["checkout is slow", f"{after} has seen it", "Resolved"]
    assert [one.state for one in told.of[before].messages[1:]] == [State.ACKNOWLEDGED, State.RESOLVED]
    assert told.heard(after)[-2:] == ["A human must decide", "Resolved"]


def test_who_has_the_next_shift_hears_who_has_it():
    told = People(ADA, BO, rotations=(TURNS,), teams=team(Level(people=("turns",), minutes=1440))["teams"])
    told.tell()
    before, after = ("bo", "ada") if told.heard("bo") else ("ada", "bo")
    told.write(TakenOver(by=before), author=Author.OPERATOR)
    told.tell()
    told.after(60)
    assert told.heard(after) == [f"{before} has taken over"]


@pytest.mark.parametrize(
    ("role", "lead", "on_call"), [("on_call", True, True), ("incident_lead", True, False)]
)
def test_people_are_asked_only_what_they_can_answer(role, lead, on_call):
    people = (
        ADA,
        person("cy", Role.INCIDENT_LEAD),
        person("di", Role.STAKEHOLDER),
        person("ed", Role.EXECUTIVE),
    )
    told = People(*people, **team(Level(people=("ada",))))
    remedy = scale_out()
    asked = ApprovalRequested(
        request="r",
        attempt=1,
        proposal=remedy,
        needed=1,
        role=role,
        expires_at=NOON + timedelta(days=9),
        preview=(),
        blast_radius=("checkout",),
        undo="none",
        cost_per_minute="1",
    )
    told.write(asked)
    told.tell()
    asks = {one: told.of[one].messages[-1].ask for one in ("ada", "cy", "di", "ed")}
    assert {one: bool(ask and ask.request) for one, ask in asks.items()} == {
        "ada": on_call,
        "cy": lead,
        "di": False,
        "ed": False,
    }
    assert (asks["ada"] is None, asks["di"], asks["ed"]) == (False, None, None)  # Ada may take it over
    assert told.channel.messages[-1].ask.request == "r"


class Unreadable:
    """A directory that nobody can read, for now or for ever."""

    def __init__(self, *, retryable):
        self.retryable = retryable

    def directory(self):
        raise PortError("unreadable", retryable=self.retryable)


@pytest.mark.parametrize("retryable", [False, True])
def test_a_directory_that_cannot_be_read_silences_nobody(retryable):
    told = Told(source=Unreadable(retryable=retryable))
    if retryable:
        with pytest.raises(PortError):
            told.titles()
        assert told.delivery.untold.some() == {ID: 1}
    else:
        assert told.titles() == ["checkout is slow"]


class NoSchedules:
    """A scheduler that takes nothing."""

    def at(self, wake, moment):
        raise PortError("throttled", retryable=True)


def test_what_cannot_be_put_off_stays_marked_is_seen_and_holds_nobody_up():
    told = People(person("cy", Role.INCIDENT_LEAD, "UTC", LUNCH), severity="high")
    told.delivery = replace(told.delivery, wakes=NoSchedules())
    told.delivery.mark(told.house.logs.events[ID][0])
    with pytest.raises(PortError, match="throttled"):
        told.deliver()
    assert [one.title for one in told.channel.messages] == ["checkout is slow"]
    assert told.delivery.untold.some() == {ID: 1}


class Slow(MemoryChannel):
    """A channel each of whose calls takes so many minutes, and during which something may happen."""

    def __init__(self, name, clock, minutes, meanwhile):
        super().__init__(name)
        self.clock, self.minutes, self.meanwhile = clock, minutes, meanwhile

    def send(self, message):
        self.clock.advance(self.minutes * MINUTE)
        self.meanwhile()
        return super().send(message)


def test_a_time_that_comes_while_others_are_told_is_not_slept_through():
    told = People(ADA, BO, CY, **team(*LEVELS))
    told.of["ada"] = Slow("memory:ada", told.house.clock, 6, lambda: None)
    for event in told.house.logs.events[ID]:
        told.delivery.mark(event)
    told.deliver(seconds=420)
    assert [one.level for one in told.facts("LevelCalled")] == [2]
    assert all(at > told.house.clock.now() for _, at in told.delivery.wakes.asked)


def test_a_call_that_comes_while_its_mark_is_just_cleared_is_heard():
    """The call marks the very version that this sender has just found nothing due under."""
    told = People(person("cy", Role.INCIDENT_LEAD, "UTC", LUNCH), severity="high")
    told.tell()
    (wake,) = told.delivery.wakes.asked.values()
    told.house.store(Author.DETECTION).append("OTHER", Head(), [opened(told.house.clock.now())])

    def called():
        for one in told.delivery.wakes.due(told.house.clock.now()):
            told.delivery.wake(one)

    told.delivery.wake(wake)
    told.of["cy"] = Slow("memory:cy", told.house.clock, 91, called)
    told.delivery.untold.mark("OTHER", 1)
    told.deliver(seconds=20_000)
    assert told.heard("cy") == ["checkout is slow", "checkout is slow"]
    assert told.delivery.untold.some() == {}


def test_the_log_says_to_whom_each_level_was_told():
    told = People(ADA, BO, CY, **team(*LEVELS))
    told.tell()
    told.after(5)
    sent = [(one.recipient, one.about) for one in told.facts(NotificationSent.__name__)]
    assert ("bo", LevelCalled.__name__) in sent
    assert ("bo", "IncidentDetected") in sent
