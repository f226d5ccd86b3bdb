"""Whatever happens, and whoever sleeps: each hears of it once and in time, and one human has one voice."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.agents.communication import tells
from shared.domain.directory import Directory, Level, Rotation, Team
from shared.domain.events import Head
from shared.domain.facts import (
    Acknowledged,
    Author,
    EscalatedToHuman,
    IncidentResolved,
    LevelCalled,
    NotificationSent,
    SeverityChanged,
    TakenOver,
)
from shared.domain.folding import fold
from shared.domain.identity import Identity, Where
from shared.domain.local_time import Quiet
from shared.domain.person import HEARS, Identities, Role
from shared.ports.buckets import Bucket
from shared.ports.event_store import record
from tests.answering import INCIDENT, Asked
from tests.delivering import delivery
from tests.people_sample import person
from tests.sample import opened

ID, MINUTE = "INC-1", timedelta(minutes=1)
ODD = timedelta(seconds=17)
"""So that nothing is said in the very second in which a level is called."""
HAPPENS = {
    "seen": (Acknowledged(by="x", through="slack"), Author.RECEPTION),
    "asked": (EscalatedToHuman(reason="no_quorum"), Author.WORKFLOW),
    "taken": (TakenOver(by="x"), Author.OPERATOR),
    "critical": (SeverityChanged(severity="critical", by="x", reason="y"), Author.OPERATOR),
    "low": (SeverityChanged(severity="low", by="x", reason="y"), Author.OPERATOR),
    "over": (IncidentResolved(business_usd="1", incident_usd="0"), Author.WORKFLOW),
}
ROLES = {
    "ada": Role.ON_CALL,
    "bo": Role.ON_CALL,
    "cy": Role.ON_CALL,
    "di": Role.STAKEHOLDER,
    "ed": Role.EXECUTIVE,
    "le": Role.INCIDENT_LEAD,
}
ON_CALL = ("ada", "bo", "cy")
steps = st.lists(st.tuples(st.integers(0, 400), st.sampled_from([*HAPPENS, "nothing"])), max_size=7)


@st.composite
def directories(draw) -> Directory:
    """One team of one to three levels, of people or those who take turns; some sleep at some hour."""
    people = []
    for id_, role in ROLES.items():
        hour, long = draw(st.integers(0, 23)), draw(st.sampled_from([0, 0, 1, 8, 20]))
        quiet = [Quiet(begins=time(hour), ends=time((hour + long) % 24))] if long else []
        people.append(person(id_, role, draw(st.sampled_from(["UTC", "Asia/Kolkata"])), *quiet))
    turns = Rotation(
        id="turns",
        people=ON_CALL,
        first=date(2026, 1, 1),
        days=1,
        handover=time(draw(st.integers(0, 23))),
    )
    named = draw(st.lists(st.sampled_from([*ON_CALL, "turns"]), min_size=1, max_size=3))
    levels = [Level(people=(one,), minutes=draw(st.sampled_from([1, 5, 90]))) for one in named]
    spare = Team(id="elsewhere", services=("nowhere",), levels=(Level(people=ON_CALL),))
    return Directory(
        people=tuple(people),
        rotations=(turns,),
        teams=(Team(id="shop", levels=tuple(levels)), spare),
    ).validated()


@dataclass
class Heard:
    """A channel of one person, which remembers when."""

    name: str
    clock: ManualClock
    taken: list

    digests = True
    bucket = Bucket("any", 1_000, 1_000)

    def send(self, message):
        self.taken.append((self.clock.now(), message))
        return str(len(self.taken))


class Looked:
    """Counts how often somebody looks."""

    def __init__(self, looking):
        self.looking, self.times = looking, 0

    def __getattr__(self, name):
        return getattr(self.looking, name)

    def look(self, incident_id):
        self.times += 1
        return self.looking.look(incident_id)


class World:
    """An incident, its people, and every call at its time."""

    def __init__(self, directory, severity):
        self.clock, self.logs, self.directory = (
            ManualClock(datetime(2026, 2, 2, 12, tzinfo=UTC)),
            MemoryLogs(),
            directory,
        )
        self.of = {one.id: Heard(f"road:{one.id}", self.clock, []) for one in directory.people}
        self.stage, self.last = Heard("stage", self.clock, []), Heard("sns", self.clock, [])
        made = delivery(
            self.store(Author.COMMUNICATION),
            self.clock,
            self.stage,
            directory=directory,
            roads=lambda one: (self.of[one.id],),
            last_resort=self.last,
        )
        self.looked = Looked(made.looking)
        self.delivery, self.calls = replace(made, looking=self.looked), 0
        fact = opened(self.clock.now()).model_copy(update={"severity": severity})
        self.store(Author.DETECTION).append(ID, Head(), [fact])
        self.tell()

    def store(self, author):
        return MemoryEventStore(self.logs, author, MemorySigner(b"k"), self.clock)

    def tell(self):
        for event in self.logs.events[ID]:
            self.delivery.mark(event)
        self.delivery.deliver(self.clock.now() + MINUTE)

    def after(self, passed):
        """The calls that were asked for come, each at its time."""
        end = self.clock.now() + passed
        while times := [at for _, at in self.delivery.wakes.asked if at <= end]:
            self.clock.advance(max(min(times) - self.clock.now(), timedelta()))
            for wake in self.delivery.wakes.due(self.clock.now()):
                self.calls += 1
                self.delivery.wake(wake)
            self.delivery.deliver(self.clock.now() + MINUTE)
        self.clock.advance(max(end - self.clock.now(), timedelta()))

    def happens(self, what):
        fact, author = HAPPENS[what]
        record(self.store(author), ID, lambda _state: (fact,))
        self.tell()

    def facts(self, kind):
        return [one.fact for one in self.logs.events[ID] if one.type == kind.__name__]

    def at(self, moment):
        """The incident as it was at that time."""
        return fold(one for one in self.logs.events[ID] if one.occurred_at <= moment)

    def told(self, who):
        return sorted(one.version for one in self.facts(NotificationSent) if one.recipient == who)


@settings(max_examples=40, deadline=None)
@given(directories(), st.sampled_from(["critical", "high"]), steps)
def test_each_hears_of_everything_that_is_theirs_once_and_never_while_not_to_be_disturbed(
    directory, severity, happening
):
    world, over = World(directory, severity), False
    for minutes, what in happening:
        world.after(minutes * MINUTE + ODD)
        if what != "nothing" and not over:
            world.happens(what)
            over = what == "over"
    world.after(timedelta(days=9))

    assert world.delivery.untold.some() == world.delivery.wakes.asked == {}
    events = [one for one in world.logs.events[ID] if tells(one)]
    assert world.told("everybody") == [one.version for one in events]
    _theirs(world, events)
    _undisturbed(world)
    assert _levels(world) == [(one.level, one.since) for one in world.facts(LevelCalled)]
    assert world.looked.times <= 4 * (len(events) + world.calls)


def _theirs(world, events):
    """By what their role is for, as the directory says; on call, from the level on that called them."""
    critical = world.at(world.clock.now()).gravest == "critical"
    for who, role in ROLES.items():
        sent = world.told(who)
        assert max(Counter(sent).values(), default=0) <= 1
        types = HEARS.get(role)
        if role is Role.ON_CALL:
            first = world.directory.teams[0].levels[0].people
            everything = first == (who,) or any(who in one.people for one in world.facts(LevelCalled))
            mine = events if everything else []
        else:
            mine = [one for one in events if types is None or one.type in types]
        if mine and (role is not Role.EXECUTIVE or critical):
            assert set(sent) >= {one.version for one in mine}
        if role is Role.EXECUTIVE and not critical:
            assert sent == []


def _undisturbed(world):
    for one in world.directory.people:
        for at, _message in world.of[one.id].taken:
            assert one.reached_at(world.at(at).severity, at) == at


def _levels(world):
    """(level, since) that are to be called: until somebody answers, people are asked anew, or it is over."""
    minutes = [one.minutes for one in world.directory.teams[0].levels]
    found, events, taken = (
        [],
        [one for one in world.logs.events[ID] if one.type != NotificationSent.__name__],
        False,
    )
    for number, event in enumerate(events):
        taken = taken or event.type == TakenOver.__name__
        if event.type not in ("IncidentDetected", "EscalatedToHuman") or taken:
            continue
        if any(one.type == IncidentResolved.__name__ for one in events[:number]):
            continue
        ends = [
            one.occurred_at
            for one in events[number + 1 :]
            if one.type in ("Acknowledged", "TakenOver", "EscalatedToHuman", "IncidentResolved")
        ]
        at = event.occurred_at
        for level, each in enumerate(minutes, 2):
            at += each * MINUTE
            if not ends or at < ends[0]:
                found.append((level, event.occurred_at))
    return found


ROADS = (Where.SLACK, Where.AWS, Where.AWS, Where.OIDC, Where.LOCAL, Where.PAGERDUTY)
"""Each human has one identity on each of them, and two of AWS's."""


def identity(who, road):
    where = ROADS[road]
    name = f"{who}{road}" if where is Where.AWS else who
    ids = {Where.SLACK: f"U0{who.upper()}", Where.PAGERDUTY: f"P0{who.upper()}", Where.LOCAL: who}
    return Identity(where=where, id=ids.get(where, f"id:{name}"))


def known(who):
    made = Identities(
        slack=identity(who, 0).id,
        aws=(identity(who, 1).id, identity(who, 2).id),
        oidc=identity(who, 3).id,
        pagerduty=identity(who, 5).id,
    )
    return person(who, ROLES[who]).model_copy(update={"identities": made})


words = st.tuples(st.sampled_from([*ROLES]), st.integers(0, len(ROADS) - 1))


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(st.none(), st.tuples(st.sampled_from(ON_CALL), st.sampled_from([1, 2]))),
    st.lists(words, max_size=8),
    st.integers(1, 3),
    st.sampled_from(["on_call", "incident_lead"]),
)
def test_one_human_by_several_identities_never_counts_as_two(early, said, needed, role):
    """Also who said yes by an ARN when there was no directory yet."""
    asked, humans = Asked(Directory(), needed, role), set()
    eligible = {"le", *(ON_CALL if role == "on_call" else ())}
    if early:
        _yes(asked, identity(*early))
        humans.add(early[0])
    team = Team(id="shop", levels=(Level(people=ON_CALL),))
    asked.directory.save(Directory(people=tuple(known(who) for who in ROLES), teams=(team,)))
    for who, road in said:
        granted = asked.incident.approval.granted
        _yes(asked, identity(who, road))
        humans |= {who} & eligible if not granted else set()
    approval = asked.incident.approval
    assert len(approval.by) == len(humans)
    assert approval.granted == (len(humans) >= needed)


def _yes(asked, who):
    asked.answers().approve(who, INCIDENT, asked.request, asked.digest)
