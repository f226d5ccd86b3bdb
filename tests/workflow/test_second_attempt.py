"""What one attempt did is not taken for what the next one does."""

from datetime import timedelta

from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_controls import MemoryControls
from shared.domain import facts
from shared.domain.ballot import Ballot
from shared.domain.facts import Author
from shared.domain.model import AgentName
from shared.domain.service import Measure, MetricSource, Service, ServiceCatalogue
from shared.ports.event_store import load, record
from shared.ports.telemetry import Series
from shared.workflow.demotion import demote
from shared.workflow.trust import Trust
from shared.workflow.vigilance import Vigilance
from shared.workflow.watching import PENDING, REGRESSED, Watching
from tests.workflow.test_deliberation import ID, House, scale_out

WINDOW = timedelta(seconds=60)
METRICS = {Measure.ERRORS: MetricSource(namespace="Shop", name="Errors", period=1)}
CATALOGUE = ServiceCatalogue(services=(Service(name="checkout", application="shop", metrics=METRICS),))


class Errors:
    """Errors of checkout, second by second: few until it fell ill, and many ever since."""

    def __init__(self, ill_since) -> None:
        self.ill_since = ill_since

    def series(self, services, start, end):
        times = tuple(start + timedelta(seconds=n) for n in range(int((end - start).total_seconds()) + 1))
        values = tuple(0.3 if at >= self.ill_since else 0.001 for at in times)
        return (Series("checkout", Measure.ERRORS, times, values),)

    def logs(self, service, start, end, limit):
        return ()


def write(house: House, author: Author, *said: facts.Fact) -> None:
    record(house.store(author), ID, lambda _state: said)


def acted(house: House, attempt: int, count: str) -> None:
    started = facts.ActionStarted(
        attempt=attempt, proposal=scale_out(count), token=f"token {attempt}", before={}
    )
    completed = facts.ActionCompleted(attempt=attempt, automation_id="run", after={})
    write(house, Author.EXECUTOR, started, completed)


def second_attempt() -> House:
    """The first attempt acted an hour ago and was undone; the second one has just acted."""
    house = House()
    acted(house, 1, "4")
    house.clock.advance(timedelta(hours=1))
    write(house, Author.WORKFLOW, facts.AttemptAbandoned(attempt=1, reason="regressed, rolled_back"))
    house.tasks.open(ID, 2, f"{ID}-2")
    acted(house, 2, "6")
    return house


def watching(house: House) -> Watching:
    store, distrust = house.store(Author.EXECUTOR), Trust(house.verifier).distrust
    ill_since = load(store, ID).opened.started_at
    return Watching(store, distrust, house.clock, MemoryCatalogue(CATALOGUE), Errors(ill_since), WINDOW)


def test_the_watch_is_over_what_this_attempt_did():
    house = second_attempt()
    assert watching(house).watch(ID) == PENDING
    house.clock.advance(WINDOW)
    assert watching(house).watch(ID) == REGRESSED


def test_a_regression_in_a_later_attempt_takes_its_remedys_autonomy():
    house, controls = second_attempt(), MemoryControls()
    house.clock.advance(WINDOW)
    watching(house).watch(ID)
    state = load(house.store(Author.WORKFLOW), ID)
    assert state.regressed.attempt == 2
    assert demote(state, CATALOGUE, controls)


def test_whoever_approved_the_second_remedy_is_judged_by_the_second():
    house = second_attempt()
    agent = AgentName.DIAGNOSIS
    ballot = Ballot(
        incident_id=ID,
        attempt=2,
        round=1,
        execution=f"{ID}-2",
        agent=agent,
        choice=scale_out("6").digest,
        confidence=900,
        reasoning="it fits",
        evidence=("a",),
        expires_at=house.clock.now() + WINDOW,
    )
    house.standing.note(ballot, house.clock.now())
    Vigilance(house.standing, house.clock).settle(load(house.store(Author.WORKFLOW), ID), verified=True)
    assert [one.outcome for one in house.standing.history(agent)] == [True]
