"""What an incident costs, worked by hand, to the cent."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.impact import BusinessImpact, Hours, NoHistory, OwnCost, Saved, own_cost
from shared.domain.service import Service, Tier

MINUTE = timedelta(minutes=1)


def wall(*parts):
    return datetime(*parts, tzinfo=UTC)  # `cost` reads it on the wall clock of the zone


def impact(tier, users=0, zone="UTC"):
    return BusinessImpact.of(Service(name="pay", application="shop", tier=tier, users=users, time_zone=zone))


def cost(tier, start, span, users=0, zone="UTC"):
    start = start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return impact(tier, users, zone).cumulative_cost(start, start + span)


@pytest.mark.parametrize(
    ("start", "span", "usd"),
    [
        (wall(2026, 3, 3, 23, 50), 20 * MINUTE, "20000.00"),  # Tuesday over midnight
        (wall(2026, 3, 7, 10, 0), 10 * MINUTE, "10000.00"),  # Saturday
        (wall(2026, 3, 3, 10, 0), 10 * MINUTE, "20000.00"),  # business hours count twice
        (wall(2026, 3, 3, 8, 50), 20 * MINUTE, "30000.00"),  # 10 at one rate, 10 at two
        (wall(2026, 3, 3, 16, 50), 20 * MINUTE, "30000.00"),
        (
            wall(2026, 3, 6, 16, 30),
            timedelta(days=2, hours=17),
            "3960000.00",
        ),  # 3,900 min, 60 of them twice
        (wall(2026, 3, 3, 20, 0), timedelta(seconds=1), "16.67"),
        (wall(2026, 3, 3, 20, 0), timedelta(0), "0.00"),
    ],
)
def test_each_hour_costs_its_own_rate(start, span, usd):
    assert cost(Tier.IMPORTANT, start, span) == Decimal(usd)


@pytest.mark.parametrize(("users", "usd"), [(1_000, "100.00"), (1_001, "1101.00"), (25_000, "25100.00")])
def test_users_cost_a_dollar_each_above_a_thousand(users, usd):
    assert cost(Tier.SUPPORTING, wall(2026, 3, 3, 20, 0), MINUTE, users) == Decimal(usd)


@pytest.mark.parametrize(
    ("start", "span", "usd"),
    [
        # clocks go forward at 02:00 on Sunday 29 March 2026: Monday 09:00 comes an hour sooner
        (wall(2026, 3, 28, 12, 0), timedelta(hours=45), "27600000.00"),
        (wall(2026, 3, 27, 8, 30), timedelta(hours=1), "900000.00"),
        # clocks go back at 03:00 on Sunday 25 October 2026: Monday 09:00 comes an hour later
        (wall(2026, 10, 24, 12, 0), timedelta(hours=46), "27600000.00"),
    ],
)
def test_business_hours_follow_the_local_clock_over_a_change(start, span, usd):
    assert cost(Tier.CRITICAL, start, span, zone="Europe/Berlin") == Decimal(usd)


def test_half_hour_zones_change_rate_at_their_own_nine_o_clock():
    assert cost(Tier.SUPPORTING, wall(2026, 3, 3, 8, 30), 60 * MINUTE, zone="Asia/Kolkata") == Decimal("9000")


def test_a_night_into_a_weekend_and_a_monday_morning_worked_by_hand():
    start = datetime(2026, 3, 6, 15, 30, tzinfo=UTC)  # Friday 16:30 in Berlin
    end = datetime(2026, 3, 9, 8, 20, 30, tzinfo=UTC)  # Monday 09:20:30
    of = impact(Tier.IMPORTANT, 2_500, "Europe/Berlin")
    told = [(one.hours, str(one.minutes), f"{one.usd:.2f}") for one in of.segments(start, end)]
    assert told == [
        (Hours.BUSINESS, "30", "60000.00"),
        (Hours.NIGHT, "420", "420000.00"),  # 17 to 24
        (Hours.WEEKEND, "1440", "1440000.00"),
        (Hours.WEEKEND, "1440", "1440000.00"),
        (Hours.NIGHT, "540", "540000.00"),  # 0 to 9
        (Hours.BUSINESS, "20.5", "41000.00"),
    ]
    assert of.cumulative_cost(start, end) == Decimal("3943500.00")  # the sum, and $2,500 for the users


@pytest.mark.parametrize(
    ("day", "minutes"),
    [
        (wall(2026, 3, 29, 0, 0), "1380"),
        (wall(2026, 10, 25, 0, 0), "1500"),
        (wall(2026, 3, 22, 0, 0), "1440"),
    ],
)
def test_a_day_is_as_long_as_its_clock_says(day, minutes):
    berlin = ZoneInfo("Europe/Berlin")
    start = day.replace(tzinfo=berlin)
    [segment] = impact(Tier.CRITICAL, zone="Europe/Berlin").segments(
        start.astimezone(UTC), (start + timedelta(days=1)).astimezone(UTC)
    )
    assert (segment.hours, str(segment.minutes)) == (Hours.WEEKEND, minutes)


TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Africa/Cairo", "America/Havana", "Australia/Lord_Howe"])


@given(TIMES, st.timedeltas(timedelta(0), timedelta(days=9)), st.floats(0, 1), ZONES)
def test_segments_leave_no_gap_and_cutting_an_incident_in_two_costs_the_same(start, span, share, zone):
    of, end = impact(Tier.SUPPORTING, zone=zone), start + span
    cut = start + span * share
    segments = of.segments(start, end)
    assert [one.begins for one in segments[1:]] == [one.ends for one in segments[:-1]]
    assert sum((one.ends - one.begins for one in segments), timedelta(0)) == span
    parts = of.cumulative_cost(start, cut) + of.cumulative_cost(cut, end)
    assert abs(parts - of.cumulative_cost(start, end)) <= Decimal("0.01")


def test_the_rate_of_now_is_the_one_that_its_segment_has():
    of = impact(Tier.CRITICAL, zone="Europe/Berlin")
    assert of.rate(datetime(2026, 3, 3, 8, 0, tzinfo=UTC)) == 20_000
    assert of.rate(datetime(2026, 3, 3, 16, 0, tzinfo=UTC)) == 10_000


@pytest.mark.parametrize(
    ("tier", "share"), [(Tier.CRITICAL, "1.000"), (Tier.IMPORTANT, "0.500"), (Tier.SUPPORTING, "0.100")]
)
def test_minutes_of_outage_burn_the_tiers_budget(tier, share):
    start = wall(2026, 3, 3, 10, 0)
    assert impact(tier).sla_breach_risk(start, start + 21.6 * MINUTE).share == Decimal(share)


def test_what_was_saved_is_against_the_median_of_the_services_own_history_and_without_one_nobody_knows():
    start = wall(2026, 3, 3, 20, 0)
    of = impact(Tier.IMPORTANT, 2_000)
    assert of.saved(start, start + 3 * MINUTE, ()) == NoHistory()
    saved = of.saved(start, start + 3 * MINUTE, (20 * MINUTE, 60 * MINUTE, 40 * MINUTE))
    assert saved == Saved(incidents=3, median_minutes=Decimal(40), usd=Decimal("37000.00"))
    slower = of.saved(start, start + 50 * MINUTE, (40 * MINUTE,))
    assert slower == Saved(incidents=1, median_minutes=Decimal(40), usd=Decimal("-10000.00"))


def test_our_own_cost_is_of_events_and_tokens():
    spent = OwnCost(events=50, tokens_in=100_000, tokens_out=10_000)
    assert (spent.aws_usd, spent.tokens_usd) == (Decimal("0.00700"), Decimal("0.33"))
    assert own_cost(50, 100_000, 10_000) == Decimal("0.337")
    assert own_cost(50) == Decimal("0.007")


ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]


@given(
    begins=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    days=st.floats(0, 200),
    zone=st.sampled_from(ZONES),
)
def test_months_cost_the_same_counted_by_weeks_as_segment_by_segment(begins, days, zone):
    ends = begins + timedelta(days=days)
    outage = impact(Tier.CRITICAL, zone=zone)
    whole = sum((one.usd for one in outage.segments(begins, ends)), Decimal(0))
    assert abs(outage.cumulative_cost(begins, ends) - whole) <= Decimal("0.01")
