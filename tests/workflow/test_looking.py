"""One look: a moment that stands still, an end, and a record that answers as the world did."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from scripts.patient.topology import catalogue
from shared.adapters.local.bounded_sources import bounded
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_changes import MemoryChanges
from shared.adapters.local.memory_resources import MemoryResources
from shared.adapters.local.recorded_sources import NotRecorded, RecordedSources
from shared.adapters.local.recorded_telemetry import RecordedTelemetry
from shared.adapters.local.system_clock import SystemClock
from shared.domain.errors import AccessDenied, OutOfTime, PortError
from shared.domain.model import AgentName
from shared.domain.service import Measure
from shared.ports.recordings import Recording
from shared.ports.sources import Sources
from shared.ports.telemetry import LogLine, Series
from shared.runbooks.catalogue import remedies
from shared.workflow.looking import LEAST, Look, until

SECOND = timedelta(seconds=1)
WEB = catalogue().get("web")
RESTORE = remedies()["restore-parameter"].runbook
TARGET = "arn:aws:ssm:eu-central-1:111122223333:parameter/shop/size"


class World:
    """Sources with something in them."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.start = self.clock.now()
        self.clock.advance(10 * SECOND)
        times = tuple(self.start + second * SECOND for second in range(10))
        lines = [LogLine("web", at, f"token=abc123 failed {at:%S}") for at in times]
        state = {"value": "20", "history": [{"value": "200", "type": "String", "at": self.start}]}
        self.sources = Sources(
            self.clock,
            MemoryCatalogue(catalogue()),
            RecordedTelemetry(
                [Series("web", Measure.LATENCY, times, tuple(0.1 * n for n in range(10)))], lines
            ),
            MemoryChanges(),
            MemoryResources({TARGET: state}),
        )

    def look(self, seconds: float = 60) -> Look:
        return Look(self.sources, self.clock.now() + seconds * SECOND)

    def again(self, look: Look) -> Sources:
        body = look.body("INC-1", AgentName.DIAGNOSIS, "findings", 1)
        return RecordedSources(Recording.model_validate_json(body)).sources


def everything(sources: Sources, start: datetime, end: datetime) -> list[object]:
    return [
        sources.clock.now(),
        sources.catalogue.services(),
        sources.telemetry.series([WEB], start, end),
        sources.telemetry.logs(WEB, start, end, 5),
        list(sources.changes.between("shop", start, end)),
        sources.resources.observe(RESTORE, TARGET),
        sources.limit.spent("logs"),
    ]


def test_a_recording_answers_as_the_world_did_to_the_last_bit() -> None:
    world = World()
    look = world.look()
    seen = everything(look.sources, world.start, world.clock.now())
    assert everything(world.again(look), world.start, look.at) == seen


def test_the_moment_stands_still_and_the_end_does_not() -> None:
    world = World()
    look = world.look(seconds=3)
    first = look.sources.clock.now()
    assert not look.sources.limit.spent("one")
    world.clock.advance(3 * SECOND)
    assert look.sources.clock.now() == first
    assert look.sources.limit.spent("two")
    replayed = world.again(look)
    assert [replayed.limit.spent(step) for step in ("one", "two", "three")] == [False, True, False]


def test_an_agent_never_sees_a_secret_of_a_log_line() -> None:
    world = World()
    look = world.look()
    lines = look.sources.telemetry.logs(WEB, world.start, look.at, 5)
    assert {one.message[:14] for one in lines} == {"token=[masked]"}
    assert b"abc123" not in look.body("INC-1", AgentName.DIAGNOSIS, "findings", 1)


def test_part_of_what_was_recorded_is_recorded_and_more_is_not() -> None:
    world = World()
    look = world.look()
    everything(look.sources, world.start, look.at)
    again = world.again(look)
    [series] = again.telemetry.series([WEB], world.start + SECOND, look.at - 5 * SECOND)
    assert len(series.values) == 5
    assert len(again.telemetry.logs(WEB, world.start, look.at, 2)) == 2
    for more in (
        lambda: again.telemetry.series([WEB], world.start - SECOND, look.at),
        lambda: again.telemetry.series([catalogue().get("cache")], world.start, look.at),
        lambda: again.telemetry.logs(WEB, world.start, look.at, 6),
        lambda: again.changes.between("other", world.start, look.at),
        lambda: again.resources.observe(RESTORE, TARGET + "2"),
        lambda: again.resources.observe(remedies()["scale-out-service"].runbook, TARGET),
        again.clock.new_id,
    ):
        with pytest.raises(NotRecorded):
            more()


@pytest.mark.parametrize("refusal", [OutOfTime("logs"), AccessDenied("no"), PortError("x", retryable=True)])
def test_a_refusal_is_recorded_too(refusal: PortError) -> None:
    class Refusing:
        def logs(self, *_asked):
            raise refusal

    world = World()
    look = Look(Sources(world.clock, MemoryCatalogue(catalogue()), Refusing(), None, None), world.clock.now())
    for sources in (look.sources, None):
        with pytest.raises(type(refusal)) as again:
            (sources or world.again(look)).telemetry.logs(WEB, world.start, world.clock.now(), 5)
        assert (str(again.value), again.value.retryable) == (str(refusal), refusal.retryable)


@pytest.mark.parametrize(
    ("limit", "late", "left"),
    [
        (60, 0, 50),
        (20, 0, 16),
        (300, 10, 280),
        (15, 0, 12),
        (60, 48, LEAST.seconds),
        (60, 500, LEAST.seconds),
    ],
)
def test_a_look_ends_before_its_answer_is_too_late_and_never_at_once(limit, late, left) -> None:
    asked = datetime(2026, 1, 1, tzinfo=UTC)
    now = asked + late * SECOND
    assert until(asked, limit * SECOND, now) == now + left * SECOND


def test_a_source_that_does_not_answer_in_time_is_given_up() -> None:
    ended = threading.Event()

    class Hanging:
        def logs(self, *_asked):
            ended.wait(60)
            return ()

    clock = SystemClock()
    sources = Sources(clock, None, Hanging(), None, None)
    with pytest.raises(OutOfTime, match="logs"):
        bounded(sources, clock.now()).telemetry.logs(WEB, clock.now(), clock.now(), 5)
    ended.set()


def test_a_source_that_answers_in_time_is_heard_and_so_is_its_refusal() -> None:
    world = World()
    sources = bounded(world.sources, world.clock.now() + 60 * SECOND)
    look = Look(sources, world.clock.now())
    assert everything(look.sources, world.start, look.at)[2:4] == [
        world.sources.telemetry.series([WEB], world.start, look.at),
        look.sources.telemetry.logs(WEB, world.start, look.at, 5),
    ]
    with pytest.raises(PortError, match="no resource"):
        sources.resources.observe(RESTORE, TARGET + "2")
