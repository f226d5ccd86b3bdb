"""What nobody feels is an event with its reason, found by whoever asks, and told once, the next morning."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_channel import MemoryChannel
from shared.adapters.local.memory_log_reader import MemoryLogReader
from shared.domain.dismissals import is_day, log_of, told_at
from shared.domain.facts import AlarmDismissed, NotificationSent
from shared.domain.service import Service
from shared.domain.signal import SignalKind
from shared.ports.channel import State
from shared.workflow.dismissed import lately
from shared.workflow.opening import Outcome
from tests.property.test_never_deaf import SHOP, Shop
from tests.workflow.test_delivery import Failing

NINE = datetime(2026, 1, 2, 9, tzinfo=UTC)
"""The morning after the day on which a shop begins."""


def told(shop):
    """What communication says when a schedule has called it."""
    for wake in shop.telling.wakes.due(shop.clock.now()):
        shop.telling.wake(wake)
    shop.telling.deliver(shop.clock.now() + timedelta(minutes=1))
    return shop.channel.messages


def until(shop, moment):
    shop.clock.advance(moment - shop.clock.now())


def test_a_dismissed_alarm_is_an_event_with_its_reason_once():
    shop = Shop()
    signal = shop.signal("till")
    assert [shop.hear(signal), shop.hear(signal)] == [Outcome.DISMISSED] * 2
    assert shop.logs.events == {}
    [(log_id, events)] = shop.logs.days.items()
    [event] = [one for one in events if one.type == "AlarmDismissed"]
    assert is_day(log_id)
    assert (event.fact.signal, event.fact.application) == (signal, "shop")
    assert event.fact.reason == "nobody feels it: till latency is as usual for it"
    assert event.author_mac
    assert event.fact.tell_at == NINE
    [found] = lately(MemoryLogReader(shop.logs).read, SHOP, shop.clock.now(), 1)
    assert found == event.fact


def test_what_was_dismissed_is_told_once_the_next_morning_and_nothing_when_there_was_nothing():
    shop = Shop()
    for _ in range(3):
        shop.hear(shop.signal("till"))
        shop.clock.advance(timedelta(minutes=10))
    shop.hear(shop.signal("db"))
    assert told(shop) == []
    until(shop, NINE - timedelta(seconds=1))
    assert told(shop) == []
    until(shop, NINE)
    [message] = told(shop)
    assert message.title == "4 alarms that nobody felt in shop"
    assert message.lines == (
        "till-slow, 3 times, last at 00:20 UTC: nobody feels it: till latency is as usual for it",
        "db-slow at 00:30 UTC: nobody feels it: db latency is as usual for it",
        "No incident was opened for them. All of it: commander dismissed",
    )
    assert (message.severity, message.state, message.ask) == ("info", State.RESOLVED, None)
    shop.clock.advance(timedelta(days=2))
    for log_id, events in shop.logs.days.items():
        shop.telling.untold.mark(log_id, events[-1].version)
    assert len(told(shop)) == 1


def test_what_comes_after_the_digest_of_its_day_is_told_by_itself():
    shop = Shop()
    shop.hear(shop.signal("till"))
    late = shop.signal("db")
    until(shop, NINE)
    told(shop)
    shop.hear(late)
    assert [one.title for one in told(shop)] == [
        "1 alarm that nobody felt in shop",
        "1 alarm that nobody felt in shop",
    ]


@pytest.mark.parametrize(
    ("zone", "at", "day", "morning"),
    [
        ("UTC", "2026-03-02T23:59:00+00:00", "20260302", "2026-03-03T09:00:00+00:00"),
        ("Europe/Berlin", "2026-03-02T23:30:00+00:00", "20260303", "2026-03-04T08:00:00+00:00"),
        ("Europe/Berlin", "2026-03-28T12:00:00+00:00", "20260328", "2026-03-29T07:00:00+00:00"),
        ("America/New_York", "2026-03-03T01:00:00+00:00", "20260302", "2026-03-03T14:00:00+00:00"),
        ("Europe/Berln", "2026-03-02T23:30:00+00:00", "20260302", "2026-03-03T09:00:00+00:00"),
    ],
)
def test_a_day_and_its_morning_are_the_services_own(zone, at, day, morning):
    service = Service(name="web", application="shop", time_zone=zone)
    at = datetime.fromisoformat(at)
    assert log_of("shop", service, at).startswith(f"DAY-{day}-")
    assert told_at(service, at) == datetime.fromisoformat(morning)


def test_two_hundred_a_day_are_written_down():
    shop = Shop()
    for number in range(203):
        shop.opening.hear(shop.signal("till", key=f"k{number}"))
    [events] = shop.logs.days.values()
    assert len(events) == 200
    shop.tell()
    until(shop, NINE)
    assert told(shop)[0].title == "200 or more alarms that nobody felt in shop"
    [events] = shop.logs.days.values()
    sent = [one.fact for one in events if isinstance(one.fact, NotificationSent)]
    assert (len(sent), max(one.version for one in sent)) == (90, 200)


def test_a_digest_that_a_channel_refuses_takes_the_last_resort_and_nobody_is_paged():
    shop = Shop()
    shop.channel = Failing("memory")
    paging = MemoryChannel("pagerduty")
    paging.digests = False
    audience = shop.telling.looking.audience
    object.__setattr__(audience, "channels", (paging, *audience.channels))
    shop.hear(shop.signal("till"))
    until(shop, NINE)
    told(shop)
    assert paging.messages == []


def test_an_alarm_that_is_felt_leaves_nothing_in_the_days_log():
    shop = Shop(ill={"till"})
    shop.hear(shop.signal("till"))
    shop.hear(shop.signal("till", SignalKind.RECOVERY))
    assert shop.logs.days == {}


def test_an_older_days_alarms_are_not_todays():
    shop = Shop(clock=ManualClock())
    shop.hear(shop.signal("till"))
    read = MemoryLogReader(shop.logs).read
    later = datetime.combine(date(2026, 1, 9), time(12), UTC)
    assert lately(read, SHOP, later, 7) == ()
    [one] = lately(read, SHOP, later, 8)
    assert isinstance(one, AlarmDismissed)
