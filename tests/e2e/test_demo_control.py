"""Demo control over the house in this process: what it lets, what it refuses, and the way back."""

from datetime import timedelta

import pytest

from scripts.patient.controlled import Controlled
from scripts.patient.model import Resources
from scripts.scenarios import scenarios
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_patient_line import MemoryPatientLine
from shared.domain.errors import CommandRefused
from shared.domain.facts import Author
from shared.domain.incident import Status
from shared.domain.severity import Severity
from shared.ports.patient_line import Verb
from shared.workflow.demo_control import DemoControl
from tests.e2e.storefront import Street

pytestmark = pytest.mark.long


class Served:
    """The street's patient with a clock that can be stopped."""

    errors, latest = 0, {}

    def __init__(self, street: Street) -> None:
        self.street, self.serving, self.forgotten = street, True, 0
        self.put_parameter, self.deploy = street.patient.put_parameter, street.patient.deploy
        self.impose = street.patient.impose

    def start(self) -> None:
        self.serving = True

    def stop(self) -> None:
        self.serving = False

    def create(self) -> None:
        self.street.patient.impose()
        self.street.patient.set_connections(Resources().max_connections)


class Demo:
    """A street, its patient at the line, and somebody who controls both."""

    def __init__(self, allowed=True, serves=True, **options) -> None:
        self.acts = {}
        self.street = Street(listeners=(self._listen,), **options)
        self.patient, self.line = Served(self.street), MemoryPatientLine()
        house = self.street.house
        forget = lambda: setattr(self.patient, "forgotten", self.patient.forgotten + 1)  # noqa: E731
        self.controlled = Controlled(self.patient, self.line, self.street.clock, forget)
        self.serves = serves
        self.control = DemoControl(
            stage="local",
            allowed=allowed,
            line=self.line,
            store=house.store(Author.OPERATOR),
            distrust=house.trust.distrust,
            open_incidents=house.open_incidents,
            incident_ids=lambda: tuple(house.logs.events),
            catalogue=MemoryCatalogue(house.catalogue),
            clock=self.street.clock,
            wait=self.wait,
            by="ada",
        )
        self.wait(0)

    def wait(self, seconds: float) -> None:
        self.street.wait(seconds)
        if self.serves:
            self.controlled.beat()

    def _listen(self, event) -> None:
        if act := self.acts.pop(event.type, None):
            act(event)

    def alarm(self) -> None:
        self.wait(12)
        self.street.alarm(key=str(self.street.clock.now()))


def test_a_scenario_is_started_graded_while_it_runs_and_cured() -> None:
    demo = Demo()
    assert demo.control.start("database_cascade") == "database_cascade: A cascade from the database"
    shown = []

    def while_it_runs(event) -> None:
        demo.control.severity(event.incident_id, Severity.LOW, "the demo asks for it")
        demo.wait(1)
        shown.append(demo.control.status())

    demo.acts["VoteOpened"] = while_it_runs
    demo.alarm()
    [status] = shown
    [clocks] = status.incidents
    assert (status.patient.scenario, clocks.severity) == ("database_cascade", "low")
    assert clocks.mttr_countdown.running
    assert 0 < clocks.mttr_countdown.remaining_seconds < 180
    assert float(clocks.cost_accumulation.business_usd) > 0
    assert clocks.agent_confidence_scores["diagnosis"] == 950
    incident = demo.street.incident()
    assert incident.status is Status.RESOLVED
    assert "It is graded low now" in [one.title for one in demo.street.house.channel.messages]
    assert demo.control.status().incidents == ()
    assert not demo.control.real_time(incident.id).mttr_countdown.running
    with pytest.raises(CommandRefused, match="it is over"):
        demo.control.severity(incident.id, Severity.HIGH, "late")


def test_a_reset_ends_what_runs_by_events_heals_the_patient_and_the_next_one_can_begin() -> None:
    demo = Demo()
    demo.control.start("database_cascade")
    done = []
    demo.acts["VoteOpened"] = lambda _event: done.append(demo.control.reset(timedelta()))
    demo.alarm()
    [reset], [incident] = done, demo.street.house.incidents()
    assert (reset.closed, reset.open) == ((), (incident.id,))
    assert incident.taken.reason == "the demo is reset"
    assert (incident.status, incident.owner) == (Status.OWNED, incident.taken.by)
    assert demo.street.patient.actions == []
    assert demo.patient.forgotten == 1
    demo.wait(1)
    assert demo.control.status().patient.scenario == ""
    again = demo.control.reset()
    assert (again.closed, again.open) == ((incident.id,), ())
    demo.control.start("database_cascade")
    demo.alarm()
    assert [one.status for one in demo.street.house.incidents()][1:] == [Status.RESOLVED]


def test_while_it_is_paused_nothing_is_broken_and_what_runs_goes_on() -> None:
    demo = Demo()
    demo.control.start("database_cascade")
    demo.acts["VoteOpened"] = lambda _event: demo.control.pause()
    demo.alarm()
    assert demo.street.incident().status is Status.RESOLVED
    assert not demo.patient.serving
    assert not demo.control.status().patient.serving
    with pytest.raises(CommandRefused, match="resume"):
        demo.control.inject("leak")
    assert demo.control.resume() == "it serves again"
    demo.wait(1)
    assert "leak" in demo.control.inject("leak")
    demo.wait(1)
    assert demo.control.status().patient.faults == ("leak",)


@pytest.mark.parametrize(
    ("demo", "act", "said"),
    [
        ({"allowed": False}, lambda control: control.start("healthy"), "does not say `demo: true`"),
        ({"allowed": False}, lambda control: control.status(), "does not say `demo: true`"),
        ({"allowed": False}, lambda control: control.reset(), "does not say `demo: true`"),
        ({"allowed": False}, lambda control: control.severity("INC-1", Severity.LOW, "x"), "demo: true"),
        ({"serves": False}, lambda control: control.start("healthy"), "no patient serves"),
        ({"serves": False}, lambda control: control.pause(), "no patient serves"),
        ({}, lambda control: control.start("no_such"), "no scenario 'no_such': choose bad_deployment"),
        ({}, lambda control: control.inject("no_such"), "no fault 'no_such': choose attack"),
    ],
)
def test_what_is_refused_is_refused_with_a_sentence(demo, act, said) -> None:
    with pytest.raises(CommandRefused, match=said):
        act(Demo(**demo).control)


def test_an_ill_patient_is_reset_before_it_falls_ill_again() -> None:
    demo = Demo()
    demo.control.inject("leak")
    demo.wait(1)
    with pytest.raises(CommandRefused, match="has leak already"):
        demo.control.start("memory_leak")
    demo.control.reset()
    demo.wait(1)
    assert demo.control.start("memory_leak").startswith("memory_leak")


def test_an_order_that_nobody_carried_out_in_time_is_said_and_not_done_later() -> None:
    demo = Demo()
    demo.serves = False
    assert "has not answered yet" in demo.control.inject("leak", timedelta(seconds=1))
    [order] = demo.line.pending()
    demo.street.wait(120)
    demo.controlled.beat()
    assert not demo.line.done(order.id).ok
    assert demo.street.patient.conditions.leak == 0


def test_what_the_patient_says_of_itself_holds_no_scenarios_truth() -> None:
    said = Demo().line.state().model_dump_json()
    for one in scenarios().values():
        assert one.story not in said
        assert one.truth.cure is None or one.truth.cure not in said
    assert {*Verb} == {"start", "inject", "pause", "resume", "reset"}
