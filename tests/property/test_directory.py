"""When people are told, over 20 time zones and both changes of their clocks, in plain words."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.directory import (
    Directory,
    Level,
    Rotation,
    Team,
    escalation_due,
    next_handover,
    recipients,
)
from shared.domain.local_time import WEEK, Quiet, moment
from shared.domain.person import Role
from tests.people_sample import person
from tests.sample import opened

ZONES = (
    "Africa/Cairo",
    "America/Havana",
    "America/Los_Angeles",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/London",
    "Pacific/Auckland",
    "Pacific/Chatham",
)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def changes(zone):
    """The instants of 2026 at which the zone's clock was just changed; New Year where it never is."""
    hours = [NEW_YEAR + n * HOUR for n in range(365 * 24)]
    offsets = [one.astimezone(ZoneInfo(zone)).utcoffset() for one in hours]
    found = [hours[n] for n in range(1, len(hours)) if offsets[n] != offsets[n - 1]]
    return found or [NEW_YEAR]


CHANGES = {zone: changes(zone) for zone in ZONES}
MINUTES = st.integers(0, 1439).map(lambda n: time(n // 60, n % 60))
WINDOWS = st.builds(
    Quiet, begins=MINUTES, ends=MINUTES, days=st.sets(st.sampled_from(WEEK), min_size=1).map(tuple)
).filter(lambda one: one.begins != one.ends)


@st.composite
def near_a_change(draw):
    """A zone, and an instant at most 36 hours from a change of its clock."""
    zone = draw(st.sampled_from(ZONES))
    at = draw(st.sampled_from(CHANGES[zone])) + draw(st.integers(-2160, 2160)) * MINUTE
    return zone, at


def shows(zone, at):
    """The wall clock."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def is_quiet(windows, wall):
    """Whether a wall clock that shows this is in a window: said another way than the code says it."""
    now = wall.time()
    for one in windows:
        evening = WEEK[wall.weekday()] in one.days
        morning = WEEK[(wall - timedelta(days=1)).weekday()] in one.days
        if one.begins < one.ends:
            inside = evening and one.begins <= now < one.ends
        else:
            inside = (evening and now >= one.begins) or (morning and now < one.ends)
        if inside:
            return True
    return False


def shown_twice(zone, at):
    wall = shows(zone, at)
    offsets = {wall.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1)}
    return len(offsets) == 2


def someone(zone, windows):
    return person("di", Role.STAKEHOLDER, zone, *windows)


def told_at(who, severity, at):
    [one] = recipients(Directory(people=(who,)), opened(), "IncidentDetected", severity, at)
    return one.at


@given(near_a_change(), st.lists(WINDOWS, max_size=3))
def test_what_is_critical_is_told_at_once(where, windows):
    zone, at = where
    assert told_at(someone(zone, windows), "critical", at) == at


@given(near_a_change(), st.lists(WINDOWS, max_size=2), st.sampled_from(["high", "medium", "low"]))
def test_the_rest_is_told_when_the_clock_on_the_wall_is_in_no_window_and_never_earlier_than_it_happened(
    where, windows, severity
):
    zone, at = where
    who = someone(zone, windows)
    if Directory(people=(who,)).problems():
        return
    told = told_at(who, severity, at)
    assert told >= at
    assert not is_quiet(windows, shows(zone, told))


@given(near_a_change(), st.lists(WINDOWS, max_size=2))
def test_nobody_waits_longer_than_their_windows_except_through_an_hour_that_comes_twice(where, windows):
    zone, at = where
    who = someone(zone, windows)
    if Directory(people=(who,)).problems():
        return
    waited = told_at(who, "high", at) - at
    for n in range(0, int(waited / MINUTE), 7):
        then = at + n * MINUTE
        near = any(shown_twice(zone, then + side * HOUR) for side in (-2, -1, 0, 1, 2))
        assert is_quiet(windows, shows(zone, then)) or near


@given(near_a_change(), WINDOWS)
def test_to_ask_again_at_the_time_that_was_told_changes_nothing(where, window):
    zone, at = where
    who = someone(zone, (window,))
    told = told_at(who, "high", at)
    assert told_at(who, "high", told) == told


@given(near_a_change(), MINUTES)
def test_a_time_of_the_clock_is_the_instant_that_shows_it_or_at_which_it_is_skipped(where, clock):
    zone, at = where
    day = shows(zone, at).date()
    wall = datetime.combine(day, clock)
    first, last = (moment(day, clock, ZoneInfo(zone), last=last) for last in (False, True))
    assert first <= last
    if shows(zone, first) == wall:
        assert shows(zone, last) == wall
        assert (first == last) is not shown_twice(zone, first)
    else:  # just before it the clock showed less, and now it shows more
        assert first == last
        assert shows(zone, first - timedelta(microseconds=1)) < wall < shows(zone, first)


ROTATIONS = st.builds(
    Rotation,
    id=st.just("turns"),
    people=st.sampled_from([("a",), ("a", "b"), ("a", "b", "c")]),
    first=st.dates(date(2025, 12, 1), date(2026, 12, 31)),
    days=st.integers(1, 14),
    handover=MINUTES,
)


@given(near_a_change(), ROTATIONS)
def test_one_person_is_on_call_from_a_handover_to_the_next_and_then_the_next_person(where, rotation):
    zone, at = where
    rotation = rotation.model_copy(update={"time_zone": zone})
    shift = (shows(zone, at).date() - rotation.first).days // rotation.days
    begins = [
        moment(rotation.first + n * rotation.days * timedelta(days=1), rotation.handover, ZoneInfo(zone))
        for n in range(shift - 1, shift + 3)
    ]
    for n, (begin, end) in enumerate(pairwise(begins), start=shift - 1):
        whose = rotation.people[n % len(rotation.people)]
        for then in (begin, begin + (end - begin) / 2, end - timedelta(microseconds=1)):
            assert rotation.on_call(then) == whose


@given(near_a_change(), ROTATIONS)
def test_the_next_handover_is_the_first_moment_at_which_somebody_else_would_have_the_shift(where, rotation):
    zone, at = where
    rotation = rotation.model_copy(update={"time_zone": zone})
    team = Team(id="shop", levels=(Level(people=("turns",)),))
    who = Directory(
        people=tuple(person(name, Role.ON_CALL) for name in rotation.people),
        rotations=(rotation,),
        teams=(team,),
    )
    begins = next_handover(who, opened(), at)
    before = begins - timedelta(microseconds=1)
    assert begins > at
    assert rotation.on_call(at) == rotation.on_call(before)
    names = rotation.people
    assert rotation.on_call(begins) == names[(names.index(rotation.on_call(before)) + 1) % len(names)]


LEVELS = st.lists(st.integers(1, 1440), min_size=1, max_size=5)


@given(near_a_change(), LEVELS, st.integers(0, 8000), st.one_of(st.none(), st.integers(0, 8000)))
def test_a_level_is_called_when_those_before_it_had_their_minutes_and_nobody_acknowledged(
    where, minutes, passed, acknowledged
):
    _, since = where
    names = [f"p{n}" for n in range(len(minutes))]
    team = Team(
        id="shop",
        levels=tuple(Level(people=(name,), minutes=n) for name, n in zip(names, minutes, strict=True)),
    )
    who = Directory(people=tuple(person(name, Role.ON_CALL) for name in names), teams=(team,)).validated()
    answered = None if acknowledged is None else since + acknowledged * MINUTE
    due = escalation_due(who, opened(), since, since + passed * MINUTE, answered)
    waits = [sum(minutes[:n]) for n in range(1, len(minutes) + 1)]
    expected = [n for n in waits if n <= passed and (acknowledged is None or n < acknowledged)]
    assert [one.at for one in due] == [
        since + n * MINUTE for n in expected
    ]  # minutes pass, whatever clocks show
    assert [one.level for one in due] == list(range(2, 2 + len(expected)))
    assert [person.id for one in due for person in one.people] == names[1 : 1 + len(due)]
    assert all(one.people for one in due[: len(minutes) - 1])  # and nobody is left after the last
