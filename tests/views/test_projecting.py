"""The projector: hints in any order, twice or never; the read model ends as the log is."""

import json
from datetime import timedelta
from random import Random

import pytest

from shared.adapters.local.memory_dead_letters import MemoryDeadLetters
from shared.adapters.local.memory_event_store import MemoryLogs
from shared.adapters.local.memory_hints import MemoryHints
from shared.adapters.local.memory_log_reader import MemoryLogReader
from shared.adapters.local.memory_open_incidents import MemoryOpenIncidents
from shared.adapters.local.memory_views import MemoryViews
from shared.domain.errors import IncidentNotFound, PortError
from shared.runtime.log_stream import archive_handler
from shared.runtime.projector import projector_handler
from shared.workflow.projecting import Projecting
from shared.workflow.reading import Reading


class Room:
    """A log that grows, and a projector beside it."""

    def __init__(self, seen, distrust=lambda events: frozenset()):
        self.clock, self.catalogue = seen.clock, seen.catalogue
        self.logs, self.views = MemoryLogs(), MemoryViews(seen.clock)
        self.log, self.open = MemoryLogReader(self.logs), MemoryOpenIncidents(seen.clock)
        self.projecting = Projecting(self.log, distrust, self.views, self.clock, self.catalogue, self.open)
        self.reading = Reading(self.views, self.log, self.catalogue, self.clock)

    def grow(self, events, to=None):
        self.logs.events[events[0].incident_id] = tuple(events[:to])

    def answers(self):
        """Everything that can be asked, but for where the feed is."""
        listed = self.reading.incidents(None, 100, None)
        pages = [self.reading.incident(one.id, ()) for one in listed.incidents]
        events = [self.reading.events(one.id, 100, None) for one in listed.incidents]
        return [one.model_dump_json() for one in (listed, *pages, *events)]


@pytest.fixture
def room(resolved):
    return Room(resolved)


def test_hints_that_are_late_repeated_or_out_of_order_never_take_the_page_back(room, logs):
    events = logs["resolved"]
    id_, random = events[0].incident_id, Random(3)
    seen = 0
    for end in random.choices(range(1, len(events) + 1), k=60):
        room.grow(events, max(end, seen))
        room.projecting.project(id_)
        page = room.views.page(id_)
        assert page.version == max(end, seen)
        seen = max(end, seen)
    assert not room.projecting.project(id_)


def test_a_slower_projector_that_read_an_older_log_does_not_win(room, logs):
    events = logs["resolved"]
    room.grow(events)
    room.projecting.project(events[0].incident_id)
    room.grow(events, 5)  # as another instance read it before
    assert not room.projecting.project(events[0].incident_id)
    assert room.views.page(events[0].incident_id).version == len(events)


def test_a_rebuild_answers_byte_by_byte_what_was_answered_before(room, logs):
    for number, events in enumerate(logs.values()):
        renamed = [one.model_copy(update={"incident_id": f"INC-{number}"}) for one in events]
        for end in (1, 4, len(renamed)):
            room.grow(renamed, end)
            room.projecting.project(f"INC-{number}")
    room.projecting.sweep()
    before = room.answers()
    assert len(before) == 1 + 2 * len(logs)
    assert [fault for _, fault in room.projecting.rebuild()] == [""] * len(logs)
    assert room.answers() == before


def test_a_rebuild_goes_on_past_a_log_that_cannot_be_shown(room, logs):
    room.grow(logs["resolved"])
    room.logs.events["INC-broken"] = tuple(logs["resolved"][3:])
    faults = dict(room.projecting.rebuild())
    assert sorted(bool(fault) for fault in faults.values()) == [False, True]
    assert len(room.reading.incidents(None, 9, None).incidents) == 1


def test_a_sweep_finds_what_a_lost_hint_left_of_known_and_of_new_incidents(room, logs):
    events = logs["resolved"]
    id_ = events[0].incident_id
    room.grow(events, 3)
    room.open.claim_again("storefront", id_)
    assert room.projecting.sweep() == 1
    room.grow(events, 9)
    assert room.projecting.sweep() == 1
    assert room.projecting.sweep() == 0
    assert room.views.page(id_).version == 9


def test_what_must_not_be_believed_is_not_shown(resolved, logs):
    events = logs["resolved"]
    forged = next(one for one in events if one.type == "RemedyVerified")
    room = Room(resolved, lambda known: frozenset({forged.event_id}))
    room.grow(events)
    room.projecting.project(events[0].incident_id)
    page, _ = room.reading.page(events[0].incident_id)
    assert page.doing.verified is None


def test_an_answer_says_how_far_it_is_behind(room, logs):
    events = logs["resolved"]
    id_ = events[0].incident_id
    room.grow(events, 5)
    assert room.reading.incidents(None, 9, None).behind_seconds is None  # nobody keeps it yet
    room.projecting.project(id_)
    room.projecting.sweep()
    room.clock.advance(timedelta(minutes=1))
    assert room.reading.incident(id_, ()).behind_seconds == 0
    room.grow(events)
    late = int((room.clock.now() - events[5].occurred_at).total_seconds())
    room.clock.advance(timedelta(seconds=3))
    assert room.reading.incident(id_, ()).behind_seconds == late + 3
    assert room.reading.incidents(None, 9, None).behind_seconds == late + 3
    assert room.reading.changes(None, 9).behind_seconds == late + 3
    room.projecting.sweep()
    room.clock.advance(timedelta(seconds=3))
    assert room.reading.incidents(None, 9, None).behind_seconds == 0


def test_when_the_projector_has_died_answers_say_since_when(room, logs):
    room.grow(logs["resolved"])
    [*room.projecting.rebuild()]
    room.clock.advance(timedelta(minutes=4))
    assert room.reading.incidents(None, 9, None).behind_seconds == 240


class Broken:
    """A projector whose ports fail, or refuse."""

    def __init__(self, error):
        self.error, self.seen = error, []

    def project(self, incident_id):
        self.seen.append(incident_id)
        if incident_id == "INC-bad":
            raise self.error
        return True


def test_what_cannot_be_projected_is_a_dead_letter_and_the_rest_goes_on():
    projecting, letters = Broken(IncidentNotFound("it opens nothing")), MemoryDeadLetters()
    handler = projector_handler(lambda: projecting, lambda: letters)
    handler({"hints": ["INC-1", "INC-bad", "INC-2"]}, None)
    assert projecting.seen == ["INC-1", "INC-bad", "INC-2"]
    [letter] = letters.letters
    assert (letter.source, "it opens nothing" in letter.reason) == ("projector", True)
    assert json.loads(letter.body) == {"hints": ["INC-bad"]}


def test_what_may_succeed_later_fails_the_invocation_so_that_it_is_repeated():
    handler = projector_handler(lambda: Broken(PortError("throttled", retryable=True)), MemoryDeadLetters)
    with pytest.raises(PortError):
        handler({"hints": ["INC-bad"]}, None)


@pytest.mark.parametrize(
    "event", [{}, {"hints": "INC-1"}, {"hints": [1]}, {"hints": ["a b"]}, {"hints": ["x"] * 101}]
)
def test_a_hint_that_is_none_is_a_dead_letter(event):
    letters = MemoryDeadLetters()
    projector_handler(lambda: Broken(None), lambda: letters)(event, None)
    [letter] = letters.letters
    assert "hints" in letter.reason


class Copying:
    """An archive that takes everything, or nothing."""

    def __init__(self, error=None):
        self.error = error

    def copy(self, _image):
        raise self.error


def record(id_, number):
    return {
        "dynamodb": {"Keys": {"pk": {"S": f"INCIDENT#{id_}"}}, "SequenceNumber": str(number), "NewImage": {}}
    }


def test_the_archive_hints_once_an_incident_also_when_it_could_not_copy():
    hints = MemoryHints()
    copying = Copying(PortError("S3 is away", retryable=True))
    handler = archive_handler(lambda: copying, MemoryDeadLetters, lambda: hints)
    answer = handler({"Records": [record("INC-1", 1), record("INC-1", 2), record("INC-2", 3)]}, None)
    assert hints.sent == ["INC-1", "INC-2"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}


@pytest.mark.parametrize(
    "error", [PortError("Lambda is away", retryable=True), KeyError("COMMANDER_PROJECTOR")]
)
def test_a_hint_that_is_lost_is_counted_and_holds_nothing_up(error, capsys):
    def lost():
        raise error

    letters = MemoryDeadLetters()
    refused = Copying(IncidentNotFound("a copy that is refused for good"))
    handler = archive_handler(lambda: refused, lambda: letters, lost)
    assert handler({"Records": [record("INC-1", 1)]}, None) == {"batchItemFailures": []}
    assert len(letters.letters) == 1
    assert "HintsLost" in capsys.readouterr().out
