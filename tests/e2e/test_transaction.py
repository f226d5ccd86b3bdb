"""The ten steps: who is asked, what is locked, what is looked at again, and what is taken back."""

from datetime import timedelta

import pytest

from shared.domain import facts
from shared.domain.autonomy import Autonomy
from shared.domain.errors import PortError
from shared.domain.incident import Status
from shared.domain.service import Measure, ServiceCatalogue
from shared.domain.signal import Signal, SignalKind
from shared.ports.controls import KillSwitch
from shared.ports.event_store import record
from shared.workflow.leases import SECONDS
from tests.e2e.people import Meanwhile, People, granting
from tests.e2e.storefront import CHECKOUT, DATABASE, Street, catalogue

pytestmark = pytest.mark.long


def fallen(street: Street) -> Street:
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm()
    return street


def with_people(answer, **options) -> Street:
    people = People(answer)
    people.street = Street(listeners=(people,), **options)
    return fallen(people.street)


def events(street, kind):
    [log] = street.house.logs.events.values()
    return [event.fact for event in log if event.type == kind.__name__]


def test_every_step_is_in_the_log_in_its_order():
    street = fallen(Street())
    steps = [
        "ConsensusReached",
        "ActionAuthorised",
        "TargetLocked",
        "ActionRehearsed",
        "ActionStarted",
        "CredentialsIssued",
        "ActionCompleted",
        "RemedyVerified",
        "IncidentClosed",
    ]
    assert [one for one in street.types() if one in steps] == steps
    [locked], [rehearsed] = events(street, facts.TargetLocked), events(street, facts.ActionRehearsed)
    assert locked.keys == (DATABASE, "database", "checkout", "web")
    assert rehearsed.preview == ("value: 20 → 200",)
    assert street.house.locks.held == {}


def test_people_are_asked_for_exactly_this_and_then_it_is_done():
    street = with_people(granting("ann"), autonomy=Autonomy.APPROVE)
    incident = street.incident()
    [asked] = events(street, facts.ApprovalRequested)
    assert asked.proposal == incident.certificate.proposal
    assert asked.preview == ("value: 20 → 200",)
    assert asked.blast_radius == ("database", "checkout", "web")
    assert asked.cost_per_minute == "10000"  # the rate of its tier, not the users' charge that comes once
    assert "restore-parameter puts back" in asked.undo
    assert incident.approval.by == ("ann",)
    assert incident.status is Status.RESOLVED
    assert len(street.patient.actions) == 1


def altered(**change):
    """A yes that differs from what was asked."""

    def answer(event):
        if event.type == "ApprovalRequested":
            asked = event.fact
            given = {"request": asked.request, "digest": asked.proposal.digest, "by": "ann"}
            yield facts.ApprovalGranted(**{**given, **change})

    return answer


@pytest.mark.parametrize("change", [{"digest": "0" * 64}, {"request": "INC-OTHER-1-000000000000"}])
def test_a_yes_to_something_else_is_no_yes(change):
    street = with_people(altered(**change), autonomy=Autonomy.APPROVE)
    assert street.patient.actions == []
    assert street.incident().approval.ended == "expired"
    assert street.incident().status is Status.ESCALATED


def test_a_yes_after_the_end_means_nothing():
    street = with_people(lambda event: (), autonomy=Autonomy.APPROVE)
    asked = street.incident().approval.asked
    late = facts.ApprovalGranted(request=asked.request, digest=asked.proposal.digest, by="ann")
    street.house.store(facts.Author.OPERATOR).append(street.incident().id, street.incident().head, [late])
    street.alarm("queue", Measure.TRAFFIC, key="wake")
    assert street.incident().approval.by == ()
    assert street.patient.actions == []


def test_one_no_is_enough():
    def answer(event):
        yield from granting("ann")(event)
        if event.type == "ApprovalRequested":
            asked = event.fact
            yield facts.ApprovalDenied(request=asked.request, digest=asked.proposal.digest, by="bob")

    def no_first(event):
        return reversed(list(answer(event)))

    street = with_people(no_first, autonomy=Autonomy.APPROVE)
    assert street.patient.actions == []
    assert "denied by bob" in street.incident().escalation.reason


def meanwhile(kind, act) -> Street:
    """An incident in which something happens just after a fact of that kind was written."""
    street = Street(worn=Meanwhile(kind, lambda incident_id: act(street, incident_id)))
    return fallen(street)


@pytest.mark.parametrize("step", [facts.ActionAuthorised, facts.TargetLocked, facts.ActionRehearsed])
def test_who_takes_over_stops_the_machine(step):
    def take_over(street, incident_id):
        store = street.house.store(facts.Author.OPERATOR)
        record(store, incident_id, lambda _state: (facts.TakenOver(by="ann"),))

    street = meanwhile(step, take_over)
    assert street.patient.actions == []
    assert street.incident().machine_ended.outcome == "escalated"
    assert street.house.locks.held == {}


def test_what_was_asked_is_superseded_when_somebody_takes_over_instead_of_answering():
    def take_over(event):
        if event.type == "ApprovalRequested":
            yield facts.TakenOver(by="ann")

    street = with_people(take_over, autonomy=Autonomy.APPROVE)
    incident = street.incident()
    assert incident.approval.ended == "superseded"
    assert "ann" in incident.escalation.reason
    assert street.patient.actions == []


def test_with_the_kill_switch_on_nothing_is_done():
    street = Street()
    street.house.controls.switch(KillSwitch(on=True, by="ann", at=street.clock.now(), reason="drill"))
    fallen(street)
    assert street.patient.actions == []
    assert any("kill-switch" in one for one in street.incident().withheld.reasons)


@pytest.mark.parametrize("step", [facts.ActionAuthorised, facts.TargetLocked, facts.ActionRehearsed])
def test_the_kill_switch_stops_also_what_was_permitted(step):
    def stop(street, _incident_id):
        switch = KillSwitch(on=True, by="ann", at=street.clock.now(), reason="drill")
        street.house.controls.switch(switch)

    street = meanwhile(step, stop)
    assert street.patient.actions == []
    assert "ann has stopped everything: drill" in street.incident().escalation.reason


def test_another_incident_on_a_dependent_is_waited_for_and_then_there_is_another_vote():
    def gone(event):
        if event.type == "TargetBusy":
            people.street.house.locks.release(["checkout"], "INC-OTHER")
        return ()

    people = People(gone)
    street = people.street = Street(listeners=(people,))
    street.house.locks.acquire(["checkout"], "INC-OTHER", SECONDS)
    incident = fallen(street).incident()
    [busy] = events(street, facts.TargetBusy)
    assert (busy.key, busy.owner) == ("checkout", "INC-OTHER")
    assert incident.attempt == 2
    assert [one.attempt for one in events(street, facts.VoteOpened)][-1] == 2
    assert incident.status is Status.RESOLVED
    assert len(street.patient.actions) == 1


def test_a_target_that_is_never_free_goes_to_a_human():
    street = Street()
    street.house.locks.acquire([DATABASE], "INC-OTHER", 86_400)
    assert fallen(street).incident().escalation.reason == "target_busy"
    assert street.patient.actions == []


def test_a_target_that_changed_since_the_vote_is_voted_on_again():
    def change(street, _incident_id):
        street.patient.set_connections(15)

    street = meanwhile(facts.TargetLocked, change)
    assert events(street, facts.RehearsalFailed)[0].changed
    assert street.incident().attempt > 1
    assert street.house.locks.held == {}


def test_what_went_well_by_itself_is_left_alone():
    def heal(street, _incident_id):
        street.patient.set_connections(200)
        street.wait(15)

    street = meanwhile(facts.ActionAuthorised, heal)
    incident = street.incident()
    assert incident.unneeded is not None
    assert incident.closed.outcome == "observed"
    assert street.patient.actions == []


def test_an_automation_without_effect_is_a_failure():
    street = Street(act=lambda proposal: None)
    incident = fallen(street).incident()
    assert "without effect: value: '20', not '200'" in incident.actions[0].failed
    assert incident.rolled_back is not None


def test_an_automation_that_hangs_is_stopped_and_undone():
    street = Street(lasting=True)
    incident = fallen(street).incident()
    assert "stopped: it had not ended" in incident.actions[0].failed
    assert street.house.locks.held == {}
    assert incident.escalation is not None


def test_what_harmed_is_not_tried_again_in_the_next_attempt():
    street = Street()
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS)
    incident = street.incident()
    done = [one for one in street.patient.actions if one.target == CHECKOUT]
    assert [one.parameters.get("DesiredCount") for one in done] == ["5", "3"]
    assert incident.attempt >= 2
    assert incident.handed.outcome == "rolled_back"
    assert street.house.locks.held == {}


def test_credentials_never_outlive_the_lease():
    street = fallen(Street())
    [issued] = events(street, facts.CredentialsIssued)
    [locked] = events(street, facts.TargetLocked)
    assert issued.ends_at < locked.until
    assert issued.ends_at - street.incident().actions[0].started_at <= timedelta(seconds=120)


@pytest.mark.parametrize(("ringing", "guard"), [("web-latency", "database-guard"), ("database-guard", "")])
def test_an_automation_is_guarded_by_an_alarm_that_does_not_ring_yet(ringing, guard):
    services = tuple(
        one.model_copy(update={"guard_alarm": f"{one.name}-guard"}) for one in catalogue().services
    )
    street = Street(services=ServiceCatalogue(services=services))
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    signal = Signal(
        source="cloudwatch",
        kind=SignalKind.ALARM,
        service="web",
        measure=Measure.LATENCY,
        at=street.clock.now(),
        key="alarm",
        attributes={"alarm": ringing},
    )
    street.house.hear(signal)
    assert list(street.house.executor.guards.values()) == [guard]


def test_undoing_is_guarded_by_nothing():
    services = tuple(
        one.model_copy(update={"guard_alarm": f"{one.name}-guard"}) for one in catalogue().services
    )
    street = Street(services=ServiceCatalogue(services=services), act=lambda proposal: "it broke off")
    fallen(street)
    assert list(street.house.executor.guards.values()) == ["database-guard", ""]


HALF = "half of it was done"


def test_when_undoing_is_not_enough_the_target_is_brought_to_what_was_last_good():
    broken = []

    def act(proposal):
        reason = broken.pop(0) if broken else None
        if reason == HALF:
            street.patient.set_connections(150)
        elif reason is None:
            street.patient.act(proposal)
        return reason

    street = Street(act=act)
    fallen(street)
    assert street.house.known_good.find(DATABASE, "restore-parameter")["value"] == "200"
    street.wait(240)  # what is changed minutes after our own action is somebody's
    street.patient.set_connections(100)
    street.wait(30)
    broken += [HALF, "and it could not be undone", None]
    street.patient.set_connections(10)
    street.wait(12)
    street.alarm(key="again")
    incident = street.house.incidents()[-1]
    first = [one for one in incident.actions if one.attempt == 1]
    assert [(one.undo, one.known_good, bool(one.failed)) for one in first] == [
        (False, False, True),
        (True, False, True),
        (True, True, False),
    ]
    [log] = [log for name, log in street.house.logs.events.items() if name == incident.id]
    rolled_back = next(event.fact for event in log if event.type == "RolledBack")
    assert (rolled_back.restored, rolled_back.known_good) == (True, True)
    assert street.house.locks.held == {}


class Throttled:
    """Worn around the executor: the first so many starts are refused for now."""

    def __init__(self, times) -> None:
        self.times = times

    def __call__(self, port):
        return _Throttling(port, self) if hasattr(port, "pinned") else port


class _Throttling:
    def __init__(self, port, throttled) -> None:
        self._port, self._throttled = port, throttled

    def __getattr__(self, name):
        return getattr(self._port, name)

    def start(self, *given):
        if self._throttled.times:
            self._throttled.times -= 1
            raise PortError("AssumeRole: Rate exceeded", retryable=True)
        return self._port.start(*given)


@pytest.mark.parametrize(("times", "outcome", "acted"), [(3, "resolved", 1), (9, "escalated", 0)])
def test_a_throttled_session_is_asked_for_again_within_bounds(times, outcome, acted):
    street = fallen(Street(worn=Throttled(times)))
    assert street.incident().machine_ended.outcome == outcome
    assert len(street.patient.actions) == acted
    assert street.house.locks.held == {}
