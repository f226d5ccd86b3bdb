"""A thousand incidents against a Slack that fails and limits, and a sender that dies: nothing is lost."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner
from shared.adapters.local.memory_buckets import MemoryBuckets
from shared.adapters.local.memory_channel import MemoryChannel
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.adapters.local.memory_locks import MemoryLocks
from shared.adapters.local.memory_untold import MemoryUntold
from shared.agents.communication import tells
from shared.domain.errors import PortError, RateLimited
from shared.domain.events import Head, head_of
from shared.domain.facts import Author, EscalatedToHuman, NotificationSent
from shared.ports.buckets import Bucket
from tests.delivering import delivery
from tests.sample import opened

pytestmark = pytest.mark.long

INCIDENTS, UPDATES = 1_000, 6
FAILS, BUSY, DIES = 0.20, 0.05, 0.001
"""How often: a call fails; Slack limits although we kept to it; a process dies before or after a call."""


class Killed(BaseException):
    """No clean-up runs any more."""


@dataclass
class Process:
    """Every port goes through here; after its death nothing does."""

    chance: random.Random
    dead: bool = False

    def around(self, port):
        return _Around(self, port)

    def may_die(self):
        if self.dead or self.chance.random() < DIES:
            self.dead = True
            raise Killed


class _Around:
    """A port, before and after each call of which the process may die."""

    def __init__(self, process, port):
        self._process, self._port = process, port

    def __getattr__(self, name):
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*given):
            self._process.may_die()
            answer = found(*given)
            self._process.may_die()
            return answer

        return call


@dataclass
class Slack:
    """Slack on simulated time; it counts what it lets through, and when."""

    clock: ManualClock
    chance: random.Random
    name: str = "slack"
    bucket: Bucket = field(default_factory=lambda: Bucket("slack", 1, 5))
    digests: bool = True
    taken: list = field(default_factory=list)

    def send(self, message):
        luck = self.chance.random()
        if luck < FAILS:
            raise PortError("500", retryable=True)
        if luck < FAILS + BUSY:
            raise RateLimited("429", after=1)
        self.taken.append((self.clock.now(), message))
        return str(len(self.taken))


class World:
    """What outlives the processes."""

    def __init__(self, seed):
        self.clock, self.chance = ManualClock(), random.Random(seed)
        self.logs, self.untold = MemoryLogs(), MemoryUntold()
        self.locks, self.buckets = MemoryLocks(self.clock), MemoryBuckets(self.clock)
        self.slack, self.sns = Slack(self.clock, self.chance), MemoryChannel("sns")
        self.waiting = [number for number in range(INCIDENTS) for _ in range(UPDATES)]
        self.chance.shuffle(self.waiting)
        self.deaths = 0

    def store(self, author):
        return MemoryEventStore(self.logs, author, MemorySigner(b"k"), self.clock)

    def happens(self, count):
        """So many events, each of them in the log and, as the stream does until it is told so, marked."""
        for number in [self.waiting.pop() for _ in range(min(count, len(self.waiting)))]:
            name = f"INC-{number:04}"
            events = self.logs.events.get(name, ())
            if events:
                fact = EscalatedToHuman(reason=f"update_{sum(map(tells, events))}")
                self.store(Author.WORKFLOW).append(name, head_of(events), [fact])
            else:
                self.store(Author.DETECTION).append(name, Head(), [opened(self.clock.now())])
            self.untold.mark(name, len(self.logs.events[name]))

    def process(self):
        """One invocation, which may die anywhere."""
        process = Process(self.chance)
        made = delivery(
            process.around(self.store(Author.COMMUNICATION)),
            self.clock,
            process.around(self.slack),
            untold=process.around(self.untold),
            locks=process.around(self.locks),
            buckets=process.around(self.buckets),
            last_resort=process.around(self.sns),
            jitter=self.chance.random,
        )
        try:
            made.deliver(self.clock.now() + timedelta(seconds=45))
        except Killed:
            self.deaths += 1
        self.clock.advance(timedelta(seconds=1))

    def sent(self):
        """Every NotificationSent, by incident."""
        return {
            name: [one.fact for one in events if one.type == NotificationSent.__name__]
            for name, events in self.logs.events.items()
        }


@pytest.fixture(scope="module", params=[7])
def world(request):
    made = World(request.param)
    while made.waiting or made.untold.some():
        made.happens(made.chance.choice((2, 4, 300)))
        made.process()
    return made


def test_processes_died_on_the_way_and_slack_failed(world):
    assert world.deaths > 20


def test_everything_was_told_or_folded_and_the_log_says_which(world):
    assert len(world.logs.events) == INCIDENTS
    sent = world.sent()
    for name, events in world.logs.events.items():
        heard = [one.version for one in events if tells(one)]
        assert len(heard) == UPDATES
        assert sorted(one.version for one in sent[name]) == heard  # each once


def test_nothing_stale_follows_something_newer(world):
    for facts in world.sent().values():
        assert [one.version for one in facts] == sorted(one.version for one in facts)
        for one in facts:
            assert one.folded_into == 0 or one.folded_into > one.version


def test_slack_was_called_at_most_once_a_second_after_a_burst_of_five(world):
    times = [at for at, _ in world.slack.taken]
    for start in range(len(times)):
        for end in range(start + 5, min(start + 60, len(times))):
            allowed = 5 + (times[end] - times[start]).total_seconds()
            assert end - start + 1 <= allowed + 1e-3


def test_nothing_came_twice_but_what_was_cut_off_between_slack_and_the_log(world):
    """A message that Slack took is in the log under its number, whole, or its process died there."""
    sent = Counter(one.reference for facts in world.sent().values() for one in facts if not one.folded_into)
    cut_off = 0
    for number, (_, message) in enumerate(world.slack.taken, start=1):
        said = len(message.lines) if message.incident_id.endswith(" incidents") else 1
        cut_off += sent[str(number)] < said
    assert 0 < cut_off <= world.deaths
    assert world.sns.messages == []
