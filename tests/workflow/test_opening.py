"""Signals and incidents of one application: several may be open, each is opened once, and none is silent."""

from datetime import timedelta

import pytest

from shared.domain.errors import PortError
from shared.domain.facts import Acknowledged, Author
from shared.domain.signal import SignalKind
from shared.ports.open_incidents import Claims
from shared.workflow.opening import Outcome
from tests.property.test_never_deaf import Shop

OK = SignalKind.RECOVERY


def escalated(service="db"):
    """A shop in which people have the incident of one service."""
    shop = Shop(ill={service})
    assert shop.hear(shop.signal(service)) is Outcome.OPENED
    [incident] = shop.incidents()
    return shop, incident.id


def titles(shop):
    return [one.title for one in shop.channel.messages]


@pytest.mark.parametrize("first", ["recovery", "hand-over"])
def test_a_recovery_before_or_after_the_hand_over_ends_the_claim_all_the_same(first):
    shop, incident = escalated()
    shop.clock.advance(timedelta(seconds=90))
    shop.ill.clear()
    if first == "hand-over":
        shop.hand_over(incident)
    shop.hear(shop.signal("db", OK))
    shop.clock.advance(timedelta(minutes=30))
    shop.hand_over(incident)
    shop.clock.advance(timedelta(hours=3))
    shop.ill.add("db")
    assert shop.hear(shop.signal("db")) is Outcome.OPENED
    assert len(shop.incidents()) == 2
    between = ["It is not felt any more", "A human must decide"]
    between = between if first == "recovery" else between[::-1]
    assert titles(shop) == ["latency in shop: db", *between, "latency in shop: db"]
    assert shop.channel.messages[-1].incident_id != incident


def test_a_recovery_that_comes_before_its_alarm_and_an_alarm_that_comes_late_leave_nobody_deaf():
    shop = Shop(ill={"db"})
    alarm = shop.signal("db")
    shop.clock.advance(timedelta(seconds=90))
    well = shop.signal("db", OK)
    assert shop.hear(well) is Outcome.DISMISSED
    assert shop.hear(alarm) is Outcome.OPENED


def test_new_trouble_near_what_people_have_is_told_with_whose_it_is():
    shop, incident = escalated()
    shop.hand_over(incident)
    shop.ill.add("till")
    assert shop.hear(shop.signal("till")) is Outcome.CORRELATED
    told = shop.channel.messages[-1]
    assert (told.incident_id, told.title) == (incident, "New trouble: till latency")
    assert "Nobody has it yet." in told.lines
    shop.take(incident)
    shop.ill.add("web")
    shop.hear(shop.signal("web"))
    assert shop.channel.messages[-1].title == "New trouble: web latency"
    assert "ada has it." in shop.channel.messages[-1].lines


def test_new_trouble_asks_people_anew_unless_somebody_has_the_incident():
    shop, incident = escalated()
    shop.hand_over(incident)
    shop.write(incident, Author.OPERATOR, Acknowledged(by="ada", through="slack"))
    assert not shop.incidents()[0].unanswered
    shop.clock.advance(timedelta(minutes=5))
    shop.hear(shop.signal("db", key="again"))
    assert not shop.incidents()[0].unanswered  # the same alarm: nothing new
    shop.ill.add("till")
    shop.hear(shop.signal("till"))
    assert shop.incidents()[0].unanswered
    shop.take(incident)
    shop.ill.add("web")
    shop.hear(shop.signal("web"))
    assert not shop.incidents()[0].unanswered


@pytest.mark.parametrize("with_people", [True, False])
def test_new_trouble_elsewhere_is_an_incident_of_its_own(with_people):
    shop, incident = escalated()
    if with_people:
        shop.hand_over(incident)
    shop.ill.add("index")
    assert shop.hear(shop.signal("search")) is Outcome.OPENED
    one, other = shop.incidents()
    assert (one.opened.services, other.opened.services) == (("db",), ("index",))
    assert titles(shop)[-1] == "latency in shop: index"


def test_while_the_machine_is_at_it_another_alarm_is_told_and_a_repeated_one_is_not_told_twice():
    shop, _ = escalated()
    shop.ill.add("till")
    shop.hear(shop.signal("till"))
    assert titles(shop) == ["latency in shop: db", "Also in alarm: till latency"]
    shop.clock.advance(timedelta(seconds=30))
    assert shop.hear(shop.signal("till")) is Outcome.CORRELATED
    assert len(titles(shop)) == 2
    assert len(shop.incidents()[0].signals) == 3


def test_an_alarm_that_comes_in_while_its_incident_is_closed_opens_another():
    shop, incident = escalated()
    shop.hand_over(incident)
    shop.ill.add("till")
    late = shop.signal("till")
    shop.meanwhile = lambda: shop.resolve(incident, released=False)
    assert shop.hear(late) is Outcome.OPENED
    assert [one.is_open for one in shop.incidents()] == [False, True]


def test_two_alarms_of_one_fault_at_once_are_one_incident():
    shop = Shop(ill={"db"})
    one, other = shop.signal("db"), shop.signal("till")
    shop.meanwhile = lambda: shop.hear(other)
    assert shop.hear(one) is Outcome.CORRELATED
    [incident] = shop.incidents()
    assert {signal.id for signal in incident.signals} == {one.id, other.id}


def test_one_alarm_delivered_twice_at_once_is_one_incident():
    shop = Shop(ill={"db"})
    alarm = shop.signal("db")
    shop.meanwhile = lambda: shop.hear(alarm)
    shop.hear(alarm)
    [incident] = shop.incidents()
    assert len(incident.signals) == 1


def test_who_dies_between_claim_and_log_does_not_deafen_the_application():
    shop = Shop(ill={"db"})
    dead = shop.signal("db")
    shop.open.claim("shop", f"INC-{dead.id[:12].upper()}", Claims())
    other = shop.signal("till")
    with pytest.raises(PortError) as raised:  # somebody is just opening one: the stream brings it again
        shop.hear(other)
    assert raised.value.retryable
    shop.clock.advance(timedelta(seconds=61))
    assert shop.hear(other) is Outcome.OPENED
    assert shop.hear(dead) is Outcome.CORRELATED
    assert len(shop.incidents()) == 1


def test_who_dies_after_the_claim_and_comes_again_opens_it():
    shop = Shop(ill={"db"})
    alarm = shop.signal("db")
    shop.open.claim("shop", f"INC-{alarm.id[:12].upper()}", Claims())
    assert shop.hear(alarm) is Outcome.OPENED


def test_a_claim_of_what_is_closed_is_given_up_whoever_forgot_it():
    shop, incident = escalated()
    shop.hand_over(incident)
    shop.resolve(incident, released=False)
    shop.clock.advance(timedelta(minutes=1))
    assert shop.hear(shop.signal("db")) is Outcome.OPENED
    assert [one.incident_id for one in shop.open.of("shop").open] == [shop.incidents()[-1].id]


def test_recovery_is_written_down_and_ends_what_is_felt_once_every_alarm_is_well():
    shop, _ = escalated()
    shop.ill.add("till")
    shop.clock.advance(timedelta(seconds=10))
    shop.hear(shop.signal("till"))
    shop.clock.advance(timedelta(seconds=10))
    assert shop.hear(shop.signal("db", OK)) is Outcome.DISMISSED  # till is still ill
    assert shop.incidents()[0].is_felt
    shop.clock.advance(timedelta(seconds=10))
    assert shop.hear(shop.signal("till", OK)) is Outcome.RELEASED
    assert not shop.incidents()[0].is_felt
    assert [one.kind.value for one in shop.incidents()[0].signals] == [
        "alarm",
        "alarm",
        "recovery",
        "recovery",
    ]


def test_an_alarm_that_comes_back_before_the_hand_over_is_no_new_outage_after_it():
    shop, incident = escalated()
    shop.ill.clear()
    shop.clock.advance(timedelta(seconds=30))
    shop.hear(shop.signal("db", OK))
    shop.ill.add("db")
    shop.clock.advance(timedelta(seconds=30))
    shop.hear(shop.signal("db"))
    shop.hand_over(incident)
    shop.ill.add("till")
    shop.clock.advance(timedelta(seconds=30))
    assert shop.hear(shop.signal("till")) is Outcome.CORRELATED
