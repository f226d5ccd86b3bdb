"""The feed and the list: whatever is written between two questions is told, once, and none is lost."""

from datetime import timedelta
from random import Random

import pytest

from shared.ports.views import View
from shared.views.cursors import MOST_SEEN
from shared.views.keeping import kept
from tests.views.house import sample


@pytest.fixture
def seen():
    found = sample("acting")
    found.views.wipe()
    return found


@pytest.fixture(scope="module")
def template() -> View:
    [events] = sample("acting").logs.events.values()
    return kept(events)


def copy(template: View, number: int, version: int = 1) -> View:
    id_ = f"INC-{number:05}"
    row = template.row.replace(template.incident_id, id_)
    row = row.replace(f'"version":{template.version},"waits', f'"version":{version},"waits')
    at = template.detected_at + timedelta(seconds=number)
    return View(id_, version, template.status, at, row, template.page)


class Poller:
    """Asks as the page does."""

    def __init__(self, seen):
        self.reading, self.known, self.told = seen.reading, {}, 0
        self.cursor = self.reading.changes(None, 50).cursor

    def poll(self):
        for _ in range(1_000):
            answer = self.reading.changes(self.cursor, 50)
            self.cursor = answer.cursor
            self.told += len(answer.changes)
            self.known |= {row.id: row.version for row in answer.changes}
            if not answer.more:
                return len(answer.changes)
        raise AssertionError("the feed never ends")


def test_nothing_is_told_until_something_changes_and_then_once(seen, template):
    poller = Poller(seen)
    assert poller.poll() == 0
    seen.views.keep(copy(template, 1))
    assert poller.poll() == 1
    before = poller.cursor
    seen.clock.advance(timedelta(milliseconds=400))
    assert poller.poll() == 0
    assert poller.cursor == before  # so the ETag is the same
    seen.views.keep(copy(template, 1, version=2))
    assert poller.poll() == 1
    assert poller.known == {"INC-00001": 2}


@pytest.mark.long
def test_a_storm_of_five_thousand_is_told_to_the_end_and_then_it_is_quiet(seen, template):
    poller = Poller(seen)
    for number in range(5_000):
        seen.views.keep(copy(template, number))
        if number % 100 == 0:
            seen.clock.advance(timedelta(milliseconds=1))
    poller.poll()
    assert len(poller.known) == 5_000
    for _ in range(40):  # what came in the last moment may come again, for a moment
        seen.clock.advance(timedelta(seconds=1))
        poller.poll()
    told = poller.told
    for _ in range(10):
        seen.clock.advance(timedelta(milliseconds=400))
        poller.poll()
    assert poller.told == told


def test_what_a_slower_clock_wrote_into_the_past_is_told_all_the_same(seen, template):
    poller = Poller(seen)
    seen.clock.advance(timedelta(seconds=60))
    seen.views.keep(copy(template, 1))
    poller.poll()
    seen.clock.advance(-timedelta(seconds=2))
    seen.views.keep(copy(template, 2))
    seen.clock.advance(timedelta(seconds=2))
    poller.poll()
    assert set(poller.known) == {"INC-00001", "INC-00002"}


def test_polling_at_any_time_ends_with_the_newest_version_of_everything(seen, template):
    random, poller, versions = Random(7), Poller(seen), {}
    for _ in range(600):
        number = random.randrange(40)
        versions[number] = versions.get(number, 0) + 1
        seen.views.keep(copy(template, number, versions[number]))
        seen.clock.advance(timedelta(milliseconds=random.randrange(900)))
        if random.random() < 0.3:
            poller.poll()
    poller.poll()
    assert poller.known == {f"INC-{number:05}": version for number, version in versions.items()}
    assert len(poller.cursor) < 6_000
    assert MOST_SEEN <= 60


@pytest.mark.long
def test_the_list_of_five_thousand_open_incidents_is_read_to_its_end_in_bounded_pages(seen, template):
    for number in range(5_000):
        seen.views.keep(copy(template, number))
    cursor, ids = None, []
    while True:
        page = seen.reading.incidents(None, 100, cursor)
        assert len(page.incidents) <= 100
        ids += [row.id for row in page.incidents]
        seen.views.keep(copy(template, 6_000 + len(ids)))  # what comes meanwhile moves nothing
        cursor = page.next_cursor
        if cursor is None:
            break
    assert ids == [f"INC-{number:05}" for number in reversed(range(5_000))]
