"""What the machine could not end: people take it, hand it on and end it; one timeline, one money, one end."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.adapters.local.memory_directory import MemoryDirectory
from shared.domain.events import Event
from shared.domain.facts import Author
from shared.domain.identity import Identity, Where
from shared.domain.impact import BusinessImpact
from shared.domain.incident import Incident, Status
from shared.domain.service import Measure
from shared.ports.event_store import believe
from shared.views.projection import project
from shared.views.realtime import real_time
from shared.workflow.answers import Answers
from shared.workflow.ownership import Resolution
from tests.answering import KNOWN
from tests.e2e.storefront import Street

pytestmark = pytest.mark.long

ADA, BO = (
    Identity(where=Where.SLACK, id="U0ADA"),
    Identity(where=Where.LOCAL, id="bo"),
)


class Left:
    """Checkout fails whatever is done: the machine undoes its remedy and leaves it to people."""

    def __init__(self) -> None:
        self.street = Street()
        self.street.patient.impose(contention=1.0)
        self.street.wait(12)
        self.street.alarm("checkout", Measure.ERRORS)

    def by(self, author: Author) -> Answers:
        house = self.street.house
        return Answers(house.store(author), believe, MemoryDirectory(KNOWN), house.clock)

    @property
    def incident(self) -> Incident:
        return self.street.incident()

    @property
    def log(self) -> tuple[Event, ...]:
        return self.street.house.store(Author.RECEPTION).read(self.incident.id)

    def heard(self) -> None:
        """The coordinator follows the log."""
        for event in self.log:
            self.street.house.coordination.hear(event)


def test_taken_in_slack_handed_on_from_the_page_resolved_at_the_command_line() -> None:
    left = Left()
    id_ = left.incident.id
    assert (left.incident.status, left.incident.is_open) == (Status.ROLLED_BACK, True)
    assert left.incident.unanswered
    reception, operator = left.by(Author.RECEPTION), left.by(Author.OPERATOR)
    left.street.wait(60)
    assert reception.take_over(ADA, id_).ok
    left.street.wait(600)
    assert reception.hand_on(ADA, id_, "bo", "my shift ends").ok
    assert operator.take_over(BO, id_).ok
    left.street.wait(600)
    assert operator.note(BO, id_, "it is the pool of the vendor").ok
    assert operator.resolve(BO, id_, Resolution("the vendor raised it", cause="the vendor")).ok
    for _ in range(3):
        left.heard()
    types = [one.type for one in left.log if one.recorded_by in (Author.RECEPTION, Author.OPERATOR)]
    assert types == ["TakenOver", "HandedOn", "TakenOver", "NoteAdded", "ResolvedByPeople"]
    assert [one.type for one in left.log].count("IncidentClosed") == 1
    assert [one.type for one in left.log].count("HandedToPeople") == 1
    state = left.incident
    assert (state.status, state.closed.outcome) == (Status.CLOSED, "resolved_by_people")
    page = project(left.log)
    assert [(one.what, one.to) for one in page.owners] == [
        ("taken", "ada"),
        ("handed_on", "bo"),
        ("taken", "bo"),
    ]
    assert (page.row.closed, page.row.status, page.notes[0].by) == (True, "closed", "bo")
    assert page.resolution is not None
    assert page.resolution.cause == "the vendor"


def test_its_money_runs_until_it_is_over_and_is_one_sum_everywhere() -> None:
    left = Left()
    state = left.incident
    service = left.street.house.catalogue.get(state.opened.service)
    at_hand_over = Decimal(state.handed.business_usd)
    left.street.wait(1_200)
    now = left.street.clock.now()
    running = real_time(state, now, service).cost_accumulation
    assert Decimal(running.business_usd) > at_hand_over
    assert Decimal(running.usd_per_minute) > 0
    assert left.by(Author.OPERATOR).resolve(BO, state.id, Resolution("done")).ok
    left.street.wait(600)
    left.heard()
    closed, page = left.incident, project(left.log)
    whole = BusinessImpact.of(service).cumulative_cost(state.opened.started_at, now)
    assert Decimal(closed.closed.business_usd) == whole
    assert Decimal(page.row.spent.business_usd) == whole
    shown = real_time(closed, now + timedelta(hours=1), service).cost_accumulation
    assert (Decimal(shown.business_usd), shown.usd_per_minute) == (whole, "0")


def test_reopened_it_is_open_again_costs_again_and_ends_once_more() -> None:
    left = Left()
    id_ = left.incident.id
    say = left.by(Author.RECEPTION)
    say.resolve(ADA, id_, Resolution("it went away"))
    left.heard()
    assert not left.incident.is_open
    left.street.wait(60)
    assert say.reopen(ADA, id_, "it is back").ok
    assert (left.incident.is_open, left.incident.is_felt, left.incident.unanswered) == (True, True, True)
    say.take_over(ADA, id_)
    say.resolve(ADA, id_, Resolution("it is gone for good"))
    left.heard()
    left.heard()
    assert [one.type for one in left.log].count("IncidentClosed") == 2
    assert left.incident.status is Status.CLOSED
    assert len(left.street.patient.actions) == 2  # the remedy and its undoing, before people had it
